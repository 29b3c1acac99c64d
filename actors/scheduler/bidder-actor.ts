/** Bids for pods on behalf of one pool of nodes, and is the only writer of their capacity. Address: `bidder/<pool>`. */
import type {
  Assignment,
  Award,
  AwardOutcome,
  Bid,
  BidderProtocol,
  CallForBids,
  PodRequest,
} from '../../schemas/messages/auction.js';
import type { Guard } from '../../schemas/messages/resource.js';
import { splitKey } from '../../schemas/meta/object.js';
import type { Actor, ActorContext } from '../../runtime/actor/actor.js';
import type { View } from '../../runtime/views/view.js';
import { bindUntilKnown } from './binder.js';
import { whyUnfit } from './fit.js';
import { Ledger } from './ledger.js';
import { type NodeFacts, nodeFactsView } from './node-facts.js';
import { place } from './place.js';
import { type BoundPod, boundPodsView, SCHEDULER } from './scheduling-views.js';

const nodeGuard = (node: string): string => `node/${node}`;

type AwardedPod = Award['pods'][number];

export class BidderActor implements Actor, BidderProtocol {
  readonly #ledger = new Ledger();
  readonly #stopped = new AbortController();
  /** Nodes whose guard is ours, and since when our views were fresh enough to offer them. */
  readonly #served = new Set<string>();
  /** Binds under way, by uid: a repeated award waits for the first. */
  readonly #binds = new Map<string, Promise<AwardOutcome>>();
  readonly #ends: (() => void)[] = [];
  #assignment: string | undefined;
  #assigning: Promise<void> = Promise.resolve();
  #nodes!: View<NodeFacts>;
  #pods!: View<BoundPod>;

  constructor(private readonly self: ActorContext) {}

  async start(): Promise<void> {
    const { views } = this.self;
    [this.#nodes, this.#pods] = await Promise.all([views.of(nodeFactsView), views.of(boundPodsView)]);
    const endNodes = this.#nodes.onChange(({ key, after }) => {
      if (!this.#served.has(key)) return;
      if (after) this.#ledger.setNode(after);
      else this.#ledger.dropNode(key);
    });
    const endPods = this.#pods.onChange(({ before, after }) => {
      if (after) this.#ledger.see(after.uid, after.node, after.request);
      else if (before) this.#ledger.unsee(before.uid);
    });
    this.#ends.push(endNodes, endPods);
    for (const [, pod] of this.#pods.all()) this.#ledger.see(pod.uid, pod.node, pod.request);
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#stopped.abort(new Error('the bidder was stopped'));
  }

  /** One at a time, in the order of arrival. */
  assign(message: Assignment): Promise<void> {
    const next = this.#assigning.then(() => this.#assign(message));
    this.#assigning = next.catch(() => {});
    return next;
  }

  async #assign({ version, nodes }: Assignment): Promise<void> {
    if (version === this.#assignment) return;
    const wanted = new Set(nodes);
    for (const node of this.#served) {
      if (wanted.has(node)) continue;
      this.#served.delete(node);
      this.#ledger.dropNode(node);
    }
    await this.#takeOver(nodes.filter((node) => !this.#served.has(node)));
    this.#assignment = version;
  }

  /** Fence, then read, then wait: from here on nobody else binds to these nodes, and our views hold what others bound. */
  async #takeOver(nodes: readonly string[]): Promise<void> {
    if (nodes.length === 0) return;
    await this.self.setGuards('pods', new Map(nodes.map((node) => [nodeGuard(node), this.self.token])));
    await Promise.all([this.#nodes.fresh(), this.#pods.fresh()]);
    for (const node of nodes) {
      this.#served.add(node);
      const facts = this.#nodes.get(node);
      if (facts) this.#ledger.setNode(facts);
    }
  }

  async bid({ request, count, podsRevision, assignment }: CallForBids): Promise<Bid> {
    await this.#assigning;
    if (assignment !== this.#assignment) return { kind: 'unassigned' };
    if (this.#pods.revision < podsRevision) await this.#pods.reached(podsRevision);
    return { kind: 'bid', ...place(this.#ledger, request, count, this.self.random) };
  }

  async award({ request, pods, guard }: Award): Promise<readonly AwardOutcome[]> {
    return Promise.all(pods.map((pod) => this.#binds.get(pod.uid) ?? this.#takeAward(pod, request, guard)));
  }

  /** Reserves before the first await: what follows in this turn counts with it. */
  #takeAward(pod: AwardedPod, request: PodRequest, guard: Guard): Promise<AwardOutcome> {
    const node = this.#ledger.node(pod.node);
    if (!node) return Promise.resolve({ kind: 'refused', why: `${pod.node} is not served by ${this.self.name}` });
    if (!this.#ledger.has(pod.uid)) {
      const unfit = whyUnfit(node.facts, node.use, request); // Other awards may have landed since our bid.
      if (unfit) return Promise.resolve({ kind: 'refused', why: `${pod.node}: ${unfit.reasons.join(', ')}` });
      this.#ledger.reserve(pod.uid, pod.node, request);
    }
    const bind = this.#bind(pod, guard).finally(() => this.#binds.delete(pod.uid));
    this.#binds.set(pod.uid, bind);
    return bind;
  }

  async #bind(pod: AwardedPod, guard: Guard): Promise<AwardOutcome> {
    const { key, uid, node } = pod;
    const { client, clock, token } = this.self;
    const guards = [{ name: nodeGuard(node), value: token }, guard];
    const fate = await bindUntilKnown(client, clock, { key, uid, node, guards }, this.#stopped.signal);
    switch (fate.kind) {
      case 'bound':
        this.#tell(pod);
        this.#settle(uid, fate.revision).catch(() => {}); // Stopped: the ledger goes with us.
        return { kind: 'bound' };
      case 'gone':
        this.#releaseUnseen(uid);
        return fate;
      case 'refused':
        this.#releaseUnseen(uid);
        // A lost guard would refuse for ever: take it again, which fails unless the shard is still ours.
        await this.#takeOver([node]).catch(() => {});
        return fate;
    }
  }

  async #settle(uid: string, revision: number): Promise<void> {
    await this.#pods.reached(revision);
    this.#ledger.settle(uid);
  }

  /** The pod was not bound by us; if the view shows it bound, it keeps its room. */
  #releaseUnseen(uid: string): void {
    this.#ledger.settle(uid);
  }

  #tell({ key, uid, node }: AwardedPod): void {
    const { namespace, name } = splitKey(key);
    this.self.events.record({
      involved: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      type: 'Normal',
      reason: 'Scheduled',
      message: `Successfully assigned ${namespace}/${name} to ${node}`,
      component: SCHEDULER,
    });
  }
}
