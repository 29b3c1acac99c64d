/** How much a pod would like a node: the default profile's scores with their weights, each 0…100. Pure. */
import type { PodRequest } from '../../schemas/messages/auction.js';
import { isTolerated } from '../../schemas/meta/tolerations.js';
import { matchesTerm } from './fit.js';
import type { NodeFacts } from './node-facts.js';

export interface ScoredUse {
  readonly scoredCpuMillis: number;
  readonly scoredMemoryBytes: number;
}

const TAINT_WEIGHT = 3;
const AFFINITY_WEIGHT = 2;

/** What doesn't depend on what runs there: preferred affinity and PreferNoSchedule taints. */
export function likingOf(node: NodeFacts, { preferredTerms, tolerations }: PodRequest): number {
  let score = 0;
  if (preferredTerms) {
    let [matched, total] = [0, 0];
    for (const { weight, term } of preferredTerms) {
      total += weight;
      if (matchesTerm(term, node)) matched += weight;
    }
    if (total > 0) score += (AFFINITY_WEIGHT * 100 * matched) / total;
  }
  let unwanted = 0;
  for (const taint of node.taints) {
    if (taint.effect === 'PreferNoSchedule' && !isTolerated(taint, tolerations)) unwanted++;
  }
  return score + (TAINT_WEIGHT * 100) / (1 + unwanted);
}

/** Least allocated, and evenly between CPU and memory, once the pod is there. */
export function roomOf(node: NodeFacts, use: ScoredUse, request: PodRequest): number {
  const cpu = fraction(use.scoredCpuMillis + request.scoredCpuMillis, node.cpuMillis);
  const memory = fraction(use.scoredMemoryBytes + request.scoredMemoryBytes, node.memoryBytes);
  const least = 100 * (1 - (cpu + memory) / 2);
  const balanced = 100 * (1 - Math.abs(cpu - memory) / 2);
  return least + balanced;
}

const fraction = (used: number, total: number): number => (used >= total ? 1 : used / total);
