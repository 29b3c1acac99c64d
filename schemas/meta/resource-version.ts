/** resourceVersion = store generation × 10^12 + revision. One function encodes, one decodes. See docs/architecture.md. */
const REVISIONS_PER_GENERATION = 1_000_000_000_000;
const GENERATIONS_MAX = 9_000; // Keeps every resourceVersion inside a double's exact integers (2^53 ≈ 9.007 × 10^15).

export interface ResourceVersion {
  readonly storeGeneration: number;
  readonly revision: number;
}

/** As a decimal without leading zeros. Generations above 9,000 go through BigInt, since a double would round them. */
export function encodeResourceVersion({ storeGeneration, revision }: ResourceVersion): string {
  if (storeGeneration < GENERATIONS_MAX) return String(storeGeneration * REVISIONS_PER_GENERATION + revision);
  return String(BigInt(storeGeneration) * BigInt(REVISIONS_PER_GENERATION) + BigInt(revision));
}

/** Undefined for text that no server of ours can have written. */
export function decodeResourceVersion(text: string): ResourceVersion | undefined {
  if (!/^(0|[1-9]\d{0,19})$/.test(text)) return undefined;
  const value = BigInt(text);
  return {
    storeGeneration: Number(value / BigInt(REVISIONS_PER_GENERATION)),
    revision: Number(value % BigInt(REVISIONS_PER_GENERATION)),
  };
}
