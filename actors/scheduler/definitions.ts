/** The scheduler's actors, for the host that runs them. Bidders are named by the auctioneer, which keeps the pools. */
import type { ActorDefinition } from '../../runtime/actor/actor.js';
import { AuctioneerActor } from './auctioneer-actor.js';
import { BidderActor } from './bidder-actor.js';

export const schedulerActors: readonly ActorDefinition[] = [
  { type: 'bidder', create: (context) => new BidderActor(context) },
  { type: 'auctioneer', resident: ['main'], create: (context) => new AuctioneerActor(context) },
];
