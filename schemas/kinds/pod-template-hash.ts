/** The hash that names a Deployment's ReplicaSets. */

/*
 * The hash function is of version 1. Names and labels of ReplicaSets rest on it: a new version would roll every Deployment once,
 * so whoever changes the function must keep the old one for ReplicaSets that exist. Version 1: FNV-1a with 32 bits over the
 * UTF-8 of the template's JSON with sorted keys and no undefined, then over the collision count's decimal digits.
 */

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** No vowels and nothing that looks like another: the alphabet of Kubernetes' generated names. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const record = value as Record<string, unknown>;
  const keys = Object.keys(record).filter((key) => record[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key])}`)
    .join(',')}}`;
}

function fnv1a(text: string): number {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash >>> 0;
}

/** The decimal digits of `hash`, each as a letter that is safe in names. */
function safeText(hash: number): string {
  let text = '';
  for (const digit of String(hash)) text += ALPHABET[digit.charCodeAt(0) % ALPHABET.length];
  return text;
}

/** At most ten letters and digits. The same for the same template, whatever the order of its keys. `collisionCount` makes another. */
export function podTemplateHash(template: object, collisionCount?: number): string {
  const suffix = collisionCount === undefined ? '' : String(collisionCount);
  return safeText(fnv1a(canonicalJson(template) + suffix));
}
