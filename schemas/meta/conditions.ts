/** The conditions of a status: reading one, and setting one without moving its transition time for nothing. */
import type { Condition } from './object.js';

export function conditionOf<C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Absent and undefined are the same: JSON drops both. */
function sameFields(a: Condition, b: Condition): boolean {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((field) => a[field] === b[field]);
}

/**
 * A list with `condition` in it, in its old place or at the end. lastTransitionTime becomes `now` (as on the wire) only when
 * the status changed, unless given. Returns the same array when nothing changes.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: string,
): readonly Condition[] {
  const list = conditions ?? [];
  const index = list.findIndex(({ type }) => type === condition.type);
  const previous = list[index];
  if (!previous) return [...list, { ...condition, lastTransitionTime: condition.lastTransitionTime ?? now }];
  const moved = previous.status !== condition.status;
  const lastTransitionTime = moved ? (condition.lastTransitionTime ?? now) : previous.lastTransitionTime;
  const next = { ...condition, lastTransitionTime };
  return sameFields(previous, next) ? list : list.with(index, next);
}

export function removeCondition<C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): readonly C[] {
  const list = conditions ?? [];
  return list.some((condition) => condition.type === type) ? list.filter((condition) => condition.type !== type) : list;
}
