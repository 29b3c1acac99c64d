/** How long a pod may stay on a node with NoExecute taints. Pure. */
import type { Taint, Toleration } from '../../schemas/meta/object.js';
import { parseTime } from '../../schemas/meta/time.js';
import { tolerates } from '../../schemas/meta/tolerations.js';

/** When the pod must go, in milliseconds since the epoch: `nowMs` where a taint is not tolerated, undefined where it may stay. */
export function evictionTime(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  nowMs: number,
): number | undefined {
  let soonest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== 'NoExecute') continue;
    const toleration = tolerations.find((each) => tolerates(each, taint));
    if (!toleration) return nowMs;
    if (toleration.tolerationSeconds === undefined) continue;
    const since = taint.timeAdded ? parseTime(taint.timeAdded) : nowMs;
    const until = Math.max(nowMs, since + Math.max(0, toleration.tolerationSeconds) * 1000);
    soonest = Math.min(soonest ?? until, until);
  }
  return soonest;
}
