/** RFC 3339 as Go reads it, and Go's words for what is wrong with a text. */

const days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const form = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d))$/;

/** Milliseconds since the epoch; undefined for what Go refuses (a 31st of February too). */
export function parseRfc3339(text: string): number | undefined {
  const parts = form.exec(text);
  if (!parts || outOfRange(parts)) return undefined;
  const ms = Date.parse(text.replace(',', '.'));
  return Number.isNaN(ms) ? undefined : ms;
}

/** The first part with an impossible value, in Go's name for it. */
function outOfRange(parts: RegExpExecArray): string | undefined {
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12) return 'month';
  if (hour > 23) return 'hour';
  if (minute > 59) return 'minute';
  if (second > 59) return 'second';
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day < 1 || day > days[month - 1]! + (leap ? 1 : 0) ? 'day' : undefined;
}

const steps: [layout: string, pattern: RegExp][] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
  ['05', /^\d\d/],
];

/** `parsing time "x" as "2006-…": cannot parse "x" as "2006"`. */
export function badTime(text: string, layout: string): string {
  const parts = form.exec(text);
  const range = parts && outOfRange(parts);
  const quoted = JSON.stringify(text);
  if (range) return `parsing time ${quoted}: ${range} out of range`;
  const [rest, element] = firstMismatch(text, layout);
  return rest === undefined
    ? `parsing time ${quoted}: extra text: ${JSON.stringify(element)}`
    : `parsing time ${quoted} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(element)}`;
}

function firstMismatch(text: string, layout: string): [rest: string | undefined, element: string] {
  const fraction: typeof steps = layout.includes('.000000') ? [['.000000', /^\.\d{6}(?!\d)/]] : [['', /^([.,]\d+)?/]];
  let rest = text;
  for (const [element, pattern] of [...steps, ...fraction, ['Z07:00', /^(Z|[+-]\d\d:\d\d)/] as const]) {
    const match = pattern.exec(rest);
    if (!match) return [rest, element];
    rest = rest.slice(match[0].length);
  }
  return [undefined, rest];
}
