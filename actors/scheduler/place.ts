/** The best places for so many equal pods, each counting on those before it. Pure but for chance among equals; the ledger is as before afterwards. */
import type { Decline, Offer, PodRequest } from '../../schemas/messages/auction.js';
import type { Random } from '../../runtime/process/random.js';
import { type Unfit, whyFull, whyUnwelcome } from './fit.js';
import type { Ledger, LedgerNode } from './ledger.js';
import { likingOf, roomOf } from './score.js';

interface Candidate {
  readonly node: LedgerNode;
  readonly liking: number;
  score: number;
  /** Decides among equals. */
  chance: number;
}

const isBetter = (a: Candidate, b: Candidate): boolean =>
  a.score > b.score || (a.score === b.score && a.chance > b.chance);

/** Restores the heap below `at`: the best is first. */
function sink(heap: Candidate[], at: number): void {
  for (let i = at; ; ) {
    const [left, right] = [2 * i + 1, 2 * i + 2];
    let best = i;
    if (left < heap.length && isBetter(heap[left]!, heap[best]!)) best = left;
    if (right < heap.length && isBetter(heap[right]!, heap[best]!)) best = right;
    if (best === i) return;
    [heap[i], heap[best]] = [heap[best]!, heap[i]!];
    i = best;
  }
}

class Tally {
  readonly reasons: Record<string, number> = {};
  nodes = 0;
  hopeless = 0;

  count(unfit: Unfit): void {
    this.nodes++;
    if (unfit.hopeless) this.hopeless++;
    for (const reason of unfit.reasons) this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
  }
}

function candidatesOf(ledger: Ledger, request: PodRequest, random: Random, tally: Tally): Candidate[] {
  const candidates: Candidate[] = [];
  for (const node of ledger.nodes) {
    const unfit = whyUnwelcome(node.facts, request) ?? whyFull(node.facts, node.use, request);
    if (unfit) {
      tally.count(unfit);
      continue;
    }
    const liking = likingOf(node.facts, request);
    const score = liking + roomOf(node.facts, node.use, request);
    candidates.push({ node, liking, score, chance: random.next() });
  }
  return candidates;
}

/** At most `count` offers; a decline says why there are no more. */
export function place(
  ledger: Ledger,
  request: PodRequest,
  count: number,
  random: Random,
): { offers: Offer[]; decline?: Decline } {
  const tally = new Tally();
  const heap = candidatesOf(ledger, request, random, tally);
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i);
  const offers: Offer[] = [];
  const taken: LedgerNode[] = [];
  while (offers.length < count && heap.length > 0) {
    const best = heap[0]!;
    const { facts, use } = best.node;
    offers.push({ node: facts.name, score: best.score });
    use.change(request, 1);
    taken.push(best.node);
    const full = whyFull(facts, use, request);
    if (full) {
      tally.count(full);
      const last = heap.pop()!;
      if (heap.length > 0) heap[0] = last;
    } else {
      best.score = best.liking + roomOf(facts, use, request);
      best.chance = random.next();
    }
    sink(heap, 0);
  }
  for (const node of taken) node.use.change(request, -1);
  if (offers.length >= count) return { offers };
  return { offers, decline: { nodes: tally.nodes, reasons: tally.reasons, hopeless: tally.hopeless } };
}
