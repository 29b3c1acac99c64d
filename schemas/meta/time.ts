/** The two time formats of the API. Nothing else in Troupe writes a time into an object. */

/** The last second that was asked for: most objects of a moment get the same time. */
let last = { second: Number.NaN, text: '' };

/** metav1.Time: `2006-01-02T15:04:05Z`, whole seconds (rounded down). */
export function formatTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== last.second) last = { second, text: `${new Date(epochMs).toISOString().slice(0, 19)}Z` };
  return last.text;
}

/** metav1.MicroTime: exactly six digits of fraction. */
export function formatMicroTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
}

/** Milliseconds since the epoch; NaN for what is not RFC 3339. */
export function parseTime(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}
