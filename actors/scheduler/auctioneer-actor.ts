/**
 * Collects pods that wait for a node, calls for bids on them, and awards: the one decider. Also keeps the pools. Address: `auctioneer/main`.
 * It keeps no snapshot: after a claim it rebuilds from its views.
 */
import type {
  Assignment,
  AuctioneerProtocol,
  Award,
  AwardOutcome,
  Bid,
  BidderProtocol,
  Decline,
  OutsideBinding,
} from '../../schemas/messages/auction.js';
import type { Guard } from '../../schemas/messages/resource.js';
import type { Actor, ActorContext, Ref } from '../../runtime/actor/actor.js';
import { sleep, type Timer } from '../../runtime/process/clock.js';
import type { View } from '../../runtime/views/view.js';
import { joined } from './decline-message.js';
import { mergeOffers, type Win } from './merge-offers.js';
import { type NodeFacts, nodeFactsView } from './node-facts.js';
import { PendingPods, type PodGroup } from './pending-pods.js';
import { type Pool, Pools } from './pools.js';
import { type BoundPod, boundPodsView, type UnboundPod, unboundPodsView } from './scheduling-views.js';
import { Verdicts } from './verdicts.js';

const POOLS_ASKED_FIRST = 4;
const GROUP_PODS_MAX = 1024;
const BID_BUDGET_MS = 5_000;
const ASSIGN_BUDGET_MS = 30_000;
/** How long an award may go unanswered before it is repeated: the bidder answers when the fate of all is known. */
const AWARD_BUDGET_MS = 60_000;
const PAUSE_MS = 200;
/** For what no wake-up foresaw. */
const LOOK_AGAIN_MS = 300_000;

interface Sale {
  readonly pool: Pool;
  readonly bid: Extract<Bid, { kind: 'bid' }>;
}

export class AuctioneerActor implements Actor, AuctioneerProtocol {
  readonly #pending = new PendingPods();
  readonly #pools = new Pools();
  readonly #verdicts: Verdicts;
  readonly #guard: Guard;
  readonly #ends: (() => void)[] = [];
  readonly #stopped = new AbortController();
  #nodes!: View<NodeFacts>;
  #unbound!: View<UnboundPod>;
  #isBusy = false;
  #isDue = false;
  #assigning: Promise<void> | undefined;
  #lookAgain: Timer | undefined;

  constructor(private readonly self: ActorContext) {
    this.#guard = { name: `auctioneer/${self.name}`, value: self.token };
    this.#verdicts = new Verdicts(self);
  }

  async start(): Promise<void> {
    const { views } = this.self;
    await this.#takeGuard();
    let bound: View<BoundPod>;
    [this.#nodes, this.#unbound, bound] = await Promise.all([
      views.of(nodeFactsView),
      views.of(unboundPodsView),
      views.of(boundPodsView),
    ]);
    await Promise.all([this.#nodes.fresh(), this.#unbound.fresh()]);
    for (const name of [...this.#nodes.all()].map(([key]) => key).sort()) this.#pools.add(name);
    for (const [, pod] of this.#unbound.all()) this.#consider(undefined, pod);
    this.#ends.push(
      this.#nodes.onChange(({ key, before, after }) => this.#nodeChanged(key, before, after)),
      this.#unbound.onChange(({ before, after }) => this.#consider(before, after)),
      bound.onChange(({ before, after }) => {
        if (before && !after) this.#wake('room');
      }),
    );
    this.#lookAgainLater();
    void this.#assignAll();
    this.#schedule();
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#lookAgain?.cancel();
    this.#stopped.abort(new Error('the auctioneer was stopped'));
  }

  #takeGuard(): Promise<void> {
    return this.self.setGuards('pods', new Map([[this.#guard.name, this.#guard.value]]));
  }

  // What could change the answer.

  #consider(before: UnboundPod | undefined, after: UnboundPod | undefined): void {
    if (before && before.uid !== after?.uid) this.#pending.remove(before.uid);
    if (!after) return;
    if (after.gated) {
      this.#pending.remove(after.uid);
      this.#verdicts.gated(after);
      return;
    }
    const isSame =
      before?.uid === after.uid &&
      !before.gated &&
      before.request === after.request &&
      before.priority === after.priority;
    if (isSame) this.#pending.refresh(after);
    else this.#pending.add(after);
    this.#schedule();
  }

  #nodeChanged(name: string, before: NodeFacts | undefined, after: NodeFacts | undefined): void {
    if (before?.signature === after?.signature) return;
    if (before && after) {
      this.#wake('node');
      return;
    }
    if (after) this.#pools.add(name);
    else this.#pools.remove(name);
    void this.#assignAll();
    this.#wake('node');
  }

  #wake(cause: 'room' | 'node'): void {
    if (this.#pending.waiting === 0) return;
    this.#pending.wake(cause);
    this.#schedule();
  }

  #lookAgainLater(): void {
    this.#lookAgain = this.self.clock.after(LOOK_AGAIN_MS, () => {
      this.#wake('node');
      this.#lookAgainLater();
    });
  }

  // Pools.

  #bidder(pool: Pool): Ref<BidderProtocol> {
    return this.self.directory.ref<BidderProtocol>('bidder', pool.name);
  }

  #versionOf(pool: Pool, version = pool.version): string {
    return `${this.self.token}/${version}`;
  }

  /** Tells every bidder its nodes, until all know. One at work at a time. */
  #assignAll(): Promise<void> {
    this.#assigning ??= this.#assignPools().finally(() => {
      this.#assigning = undefined;
    });
    return this.#assigning;
  }

  async #assignPools(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const stale = this.#pools.all.filter(isStale);
      if (stale.length === 0) break;
      const assigned = await Promise.all(stale.map((pool) => this.#assign(pool)));
      if (assigned.some(Boolean)) this.#wake('node');
      if (!assigned.every(Boolean)) await this.#pause();
    }
    this.#schedule();
  }

  async #assign(pool: Pool): Promise<boolean> {
    const { version } = pool;
    const message: Assignment = { version: this.#versionOf(pool, version), nodes: [...pool.nodes] };
    try {
      await this.#bidder(pool).assign(message, ASSIGN_BUDGET_MS);
      pool.served = version;
      return true;
    } catch {
      return false; // Told again after a pause.
    }
  }

  async #pause(): Promise<void> {
    await sleep(this.self.clock, PAUSE_MS, this.#stopped.signal).catch(() => {});
  }

  // Rounds.

  /** Collects what this turn brings, and begins a round unless one is on. */
  #schedule(): void {
    if (this.#isDue || this.#isBusy || this.#pending.ready === 0) return;
    this.#isDue = true;
    this.self.turn.afterThisTurn(() => {
      this.#isDue = false;
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#pending.ready > 0 && !this.#stopped.signal.aborted) {
        let isStuck = true;
        for (const group of this.#pending.groups(GROUP_PODS_MAX)) {
          if (await this.#tryAuction(group)) isStuck = false;
          if (this.#stopped.signal.aborted) return;
        }
        if (isStuck) await this.#pause(); // Bidders were silent: nothing is concluded from that.
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** A group that breaks an invariant must not hold up the others: its pods wait for a change. */
  async #tryAuction(group: PodGroup): Promise<boolean> {
    try {
      return await this.#auction(group);
    } catch (error) {
      for (const pod of group.pods) {
        this.#pending.wait(pod, false);
        this.#verdicts.failed(pod, error);
      }
      return true;
    }
  }

  /** One call. Answers false where nothing could be concluded. */
  async #auction(group: PodGroup): Promise<boolean> {
    // A moment for bidders that are being told their nodes; one that is down must not hold up the others.
    if (this.#pools.all.some(isStale)) await Promise.race([this.#assignAll(), this.#pause()]);
    const first = group.pods.find(({ uid }) => this.#pending.isReady(uid));
    if (!first) return true;
    const { sales, isComplete } = await this.#call(first, group.pods.length);
    const pods = group.pods.filter(({ uid }) => this.#pending.isReady(uid));
    const offers = sales.map(({ bid }) => bid.offers);
    const wins = mergeOffers(offers, pods.length, () => this.self.random.next());
    this.#awardAll(pods, wins, sales);
    const rest = pods.slice(wins.length);
    if (rest.length === 0) return true;
    const declines = sales.flatMap(({ bid }) => bid.decline ?? []);
    // A bidder that had more to offer when it was asked for less will be asked again.
    if (!isComplete || declines.length < sales.length) return wins.length > 0;
    this.#decline(rest, joined(declines));
    return true;
  }

  /** Some pools by chance; all, where those can't place everything. */
  async #call(pod: UnboundPod, count: number): Promise<{ sales: Sale[]; isComplete: boolean }> {
    const pools = this.#pools.all.filter(({ nodes }) => nodes.size > 0);
    const served = pools.filter((pool) => !isStale(pool));
    const [some, others] = split(served, POOLS_ASKED_FIRST, () => this.self.random.next());
    const sales = await this.#ask(some, pod, count);
    const offered = sales.reduce((total, { bid }) => total + bid.offers.length, 0);
    if (others.length > 0 && offered < count) sales.push(...(await this.#ask(others, pod, count)));
    const isComplete = sales.length === pools.length;
    return { sales, isComplete };
  }

  async #ask(pools: readonly Pool[], { request }: UnboundPod, count: number): Promise<Sale[]> {
    const podsRevision = this.#unbound.revision;
    const sales: Sale[] = [];
    const ask = async (pool: Pool) => {
      const message = { request, count, podsRevision, assignment: this.#versionOf(pool) };
      try {
        const bid = await this.#bidder(pool).bid(message, BID_BUDGET_MS);
        if (bid.kind === 'bid') sales.push({ pool, bid });
        else pool.served = -1; // Restarted: it is assigned anew before the next call.
      } catch {
        // Silence is no decline.
      }
    };
    await Promise.all(pools.map(ask));
    return sales;
  }

  // Awards.

  #awardAll(pods: readonly UnboundPod[], wins: readonly Win[], sales: readonly Sale[]): void {
    const awards = new Map<Pool, { pod: UnboundPod; node: string }[]>();
    for (const [i, { bidder, node }] of wins.entries()) {
      const pod = pods[i]!;
      const { pool } = sales[bidder]!;
      this.#pending.award(pod);
      const list = awards.get(pool);
      if (list) list.push({ pod, node });
      else awards.set(pool, [{ pod, node }]);
    }
    for (const [pool, won] of awards) void this.#award(pool, won);
  }

  /** Not awaited by the round: the bidder has reserved when it has the message, and its next bids count with it. */
  async #award(pool: Pool, won: readonly { pod: UnboundPod; node: string }[]): Promise<void> {
    const request = won[0]!.pod.request;
    const pods = won.map(({ pod: { key, uid }, node }) => ({ key, uid, node }));
    const outcomes = await this.#askAward(pool, { request, pods, guard: this.#guard });
    if (!outcomes) return;
    if (outcomes.some(({ kind }) => kind !== 'bound')) this.#wake('room');
    // Bound and gone pods leave by the view.
    if (!outcomes.some(({ kind }) => kind === 'refused')) return;
    // A lost guard would refuse for ever: it is taken again, which fails unless the shard is still ours.
    await this.#takeGuard().catch(() => {});
    await this.#pause();
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.kind === 'refused') this.#pending.giveBack(won[i]!.pod.uid);
    }
    this.#schedule();
  }

  async bindOutside({ request, key, uid, node }: OutsideBinding): Promise<AwardOutcome> {
    const pool = this.#pools.of(node);
    if (!pool) return { kind: 'refused', why: `node ${JSON.stringify(node)} not found` };
    if (isStale(pool)) await Promise.race([this.#assignAll(), this.#pause()]);
    const award = { request, pods: [{ key, uid, node }], guard: this.#guard };
    const [outcome] = await this.#bidder(pool).award(award, AWARD_BUDGET_MS);
    return outcome!;
  }

  /** Repeated until answered: while nobody knows, the pods are nobody else's. */
  async #askAward(pool: Pool, award: Award): Promise<readonly AwardOutcome[] | undefined> {
    while (!this.#stopped.signal.aborted) {
      try {
        return await this.#bidder(pool).award(award, AWARD_BUDGET_MS);
      } catch {
        await this.#pause();
      }
    }
    return undefined;
  }

  #decline(pods: readonly UnboundPod[], decline: Decline): void {
    const forRoom = decline.nodes === 0 || decline.hopeless < decline.nodes;
    for (const pod of pods) {
      this.#pending.wait(pod, forRoom);
      this.#verdicts.unschedulable(pod, decline);
    }
  }
}

const isStale = ({ version, served }: Pool): boolean => version !== served;

/** `count` of the items by chance, and the others. */
function split<T>(items: readonly T[], count: number, chance: () => number): [T[], T[]] {
  if (items.length <= count) return [[...items], []];
  const rest = [...items];
  const some: T[] = [];
  while (some.length < count) some.push(...rest.splice(Math.floor(chance() * rest.length), 1));
  return [some, rest];
}
