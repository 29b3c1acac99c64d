/**
 * Names and ask ids of what a controller creates, derived from (owner uid, owner revision, ordinal): two runs from one view make one object.
 */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const LENGTH = 5;
const NAMES = ALPHABET.length ** LENGTH;
/** Prime, and no divisor of NAMES: consecutive ordinals never meet within one run, and don't look alike. */
const STRIDE = 5_915_587;

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Five characters of the alphabet of generated names. */
function derivedSuffix(ownerUid: string, ownerRevision: string, ordinal: number): string {
  let rest = (hashOf(`${ownerUid}/${ownerRevision}`) + ordinal * STRIDE) % NAMES;
  let suffix = '';
  for (let i = 0; i < LENGTH; i++) {
    suffix += ALPHABET[rest % ALPHABET.length];
    rest = Math.floor(rest / ALPHABET.length);
  }
  return suffix;
}

/** As generateName does it: at most 63 characters, the prefix cut. */
export function derivedName(prefix: string, ownerUid: string, ownerRevision: string, ordinal: number): string {
  return prefix.slice(0, 63 - LENGTH) + derivedSuffix(ownerUid, ownerRevision, ordinal);
}

export function derivedAskId(ownerUid: string, ownerRevision: string, ordinal: number): string {
  return `${ownerUid}/${ownerRevision}/${ordinal}`;
}
