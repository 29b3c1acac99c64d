/** Which taints a toleration tolerates: the scheduler, the eviction of pods and the agent ask the same rule. */
import type { Taint, Toleration } from './object.js';

/** Whatever the toleration's seconds. An empty key tolerates all keys, an empty effect all effects. */
export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator || 'Equal') {
    case 'Exists':
      return true;
    case 'Equal':
      return Boolean(toleration.key) && (toleration.value ?? '') === (taint.value ?? '');
    default:
      return comparesTo(toleration, taint);
  }
}

/** Gt and Lt of KEP-5471: the taint's value is compared with the toleration's. */
function comparesTo({ operator, value }: Toleration, taint: Taint): boolean {
  if (!taint.value || !value) return false;
  const [actual, bound] = [Number(taint.value), Number(value)];
  if (!Number.isInteger(actual) || !Number.isInteger(bound)) return false;
  return operator === 'Gt' ? actual > bound : operator === 'Lt' && actual < bound;
}

export const isTolerated = (taint: Taint, tolerations: readonly Toleration[]): boolean =>
  tolerations.some((toleration) => tolerates(toleration, taint));
