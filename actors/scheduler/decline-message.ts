/** Why nobody takes a pod, in the scheduler's words. Pure. */
import type { Decline } from '../../schemas/messages/auction.js';

const NO_NODES = 'no nodes available to schedule pods';

/** Declines of several pools as one. */
export function joined(declines: readonly Decline[]): Decline {
  const reasons: Record<string, number> = {};
  let [nodes, hopeless] = [0, 0];
  for (const decline of declines) {
    nodes += decline.nodes;
    hopeless += decline.hopeless;
    for (const reason in decline.reasons) reasons[reason] = (reasons[reason] ?? 0) + (decline.reasons[reason] ?? 0);
  }
  return { nodes, reasons, hopeless };
}

function histogram(reasons: Readonly<Record<string, number>>): string {
  const counted = Object.entries(reasons).filter(([, nodes]) => nodes > 0);
  return counted
    .map(([reason, nodes]) => `${nodes} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ');
}

function preemption({ nodes, hopeless }: Decline, neverPreempts: boolean): string {
  if (neverPreempts) return 'not eligible due to preemptionPolicy=Never.';
  const outcomes = histogram({
    'Preemption is not helpful for scheduling': hopeless,
    'No preemption victims found for incoming pod': nodes - hopeless,
  });
  return `0/${nodes} nodes are available: ${outcomes}.`;
}

/** `0/5 nodes are available: 3 Insufficient cpu, …. no new claims to deallocate, preemption: 0/5 nodes are available: …` */
export function declineMessage(decline: Decline, neverPreempts: boolean): string {
  if (decline.nodes === 0) return NO_NODES;
  const why = histogram(decline.reasons);
  const helps = preemption(decline, neverPreempts);
  return `0/${decline.nodes} nodes are available: ${why}. no new claims to deallocate, preemption: ${helps}`;
}
