/** An auction hall for tests: one auctioneer, its bidders, a fake store; turns are taken by hand. */
import { ManualClock } from '../../../harness/manual-clock.js';
import { AuctioneerActor } from '../../../../actors/scheduler/auctioneer-actor.js';
import { BidderActor } from '../../../../actors/scheduler/bidder-actor.js';
import { FakeClient, FakeStore, FakeViews, type Recorded } from '../controllers/fakes.js';

export const aNode = (name: string, more: any = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...more.labels } },
  spec: { taints: more.taints, unschedulable: more.unschedulable },
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', ...more.allocatable } },
});

export const aPod = (name: string, requests: any = {}, spec: any = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    schedulerName: 'default-scheduler',
    containers: [{ name: 'c', image: 'x', resources: { requests } }],
    ...spec,
  },
  status: { phase: 'Pending' },
});

export class Hall {
  readonly store = new FakeStore();
  readonly client = new FakeClient(this.store);
  readonly clock = new ManualClock(Date.UTC(2026, 5, 1));
  readonly events: Recorded[] = [];
  readonly guards = new Map<string, string | null>();
  readonly bidders = new Map<string, BidderActor>();
  readonly auctioneer: AuctioneerActor;
  readonly #views = new FakeViews(this.store);
  #turn: (() => void)[] = [];
  #seed = 1;

  constructor() {
    this.auctioneer = new AuctioneerActor(this.context('auctioneer', 'main', 'auctioneer-token'));
  }

  context(type: string, name: string, token: string): any {
    return {
      type,
      name,
      token,
      client: this.client,
      views: this.#views,
      clock: this.clock,
      events: { record: (event: Recorded) => this.events.push(event) },
      random: { next: () => this.#next() },
      turn: { afterThisTurn: (fn: () => void) => this.#turn.push(fn) },
      directory: { ref: (_: string, bidder: string) => this.#ref(bidder) },
      setGuards: async (_: string, guards: Map<string, string>) => {
        for (const [guard, value] of guards) this.guards.set(guard, value);
      },
    };
  }

  #next(): number {
    this.#seed = (this.#seed * 48271) % 2147483647;
    return this.#seed / 2147483647;
  }

  #ref(name: string): any {
    const ask = (method: 'assign' | 'bid' | 'award') => async (message: any) => {
      let bidder = this.bidders.get(name);
      if (!bidder) {
        bidder = new BidderActor(this.context('bidder', name, `${name}-token`));
        this.bidders.set(name, bidder);
        await bidder.start();
      }
      return (bidder[method] as any)(message);
    };
    return { assign: ask('assign'), bid: ask('bid'), award: ask('award') };
  }

  put(type: 'pods' | 'nodes', ...objects: any[]): void {
    for (const object of objects) this.store.put(type, object);
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let i = 0; i < 300; i++) {
      for (const fn of this.#turn.splice(0)) fn();
      await Promise.resolve();
    }
  }

  pod(name: string): any {
    return this.store.of('pods').get(`default/${name}`);
  }

  perNode(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const pod of this.store.of('pods').values()) {
      const node = pod['spec'].nodeName ?? '';
      counts[node] = (counts[node] ?? 0) + 1;
    }
    return counts;
  }
}
