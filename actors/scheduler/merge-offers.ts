/** One order of places out of several bidders' offers. Pure. */
import type { Offer } from '../../schemas/messages/auction.js';

export interface Win {
  readonly bidder: number;
  readonly node: string;
}

/** The best `count`: each bidder's offers are taken in its order, the best head first; among equals chance decides. */
export function mergeOffers(offers: readonly (readonly Offer[])[], count: number, chance: () => number): Win[] {
  const heads = offers.map(() => 0);
  const wins: Win[] = [];
  while (wins.length < count) {
    let best = -1;
    let equals = 0;
    let score = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < offers.length; i++) {
      const offer = offers[i]![heads[i]!];
      if (!offer || offer.score < score) continue;
      equals = offer.score === score ? equals + 1 : 1;
      if (equals === 1 || chance() * equals < 1) best = i;
      score = offer.score;
    }
    if (best < 0) break;
    wins.push({ bidder: best, node: offers[best]![heads[best]!]!.node });
    heads[best] = heads[best]! + 1;
  }
  return wins;
}
