/** The port to chance. In simulation it comes from the seed. */
import { randomFillSync, randomUUID } from 'node:crypto';

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A v4 uuid. */
  uuid(): string;
  bytes(count: number): Uint8Array;
}

/** `count` characters of the alphabet that Kubernetes uses for generated names. */
export function nameSuffix(random: Random, count = 5): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  let suffix = '';
  for (let i = 0; i < count; i++) suffix += alphabet[Math.floor(random.next() * alphabet.length)];
  return suffix;
}

/** The machine's chance. */
export class SystemRandom implements Random {
  next(): number {
    return Math.random();
  }

  uuid(): string {
    return randomUUID();
  }

  bytes(count: number): Uint8Array {
    return randomFillSync(new Uint8Array(count));
  }
}
