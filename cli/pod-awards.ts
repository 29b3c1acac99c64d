/** Binds that come through the API, as awards of the auctioneer: one decider, whoever chose the node. */
import type { PodBinder } from '../gateway/pod-ports.js';
import { podRequestOf } from '../actors/scheduler/pod-request.js';
import type { Directory } from '../runtime/actor/actor.js';
import type { CacheEntry, ResourceCaches } from '../runtime/views/resource-cache.js';
import { ConflictError } from '../schemas/errors.js';
import type { AuctioneerProtocol } from '../schemas/messages/auction.js';
import type { Pod } from '../schemas/meta/object.js';

const BUDGET_MS = 30_000;

export class PodAwards implements PodBinder {
  constructor(
    private readonly directory: Directory,
    private readonly caches: ResourceCaches,
  ) {}

  /** Throws ConflictError where the pod can't be bound, has gone elsewhere meanwhile, or the node takes it not. */
  async bind({ key, uid, object }: CacheEntry, node: string): Promise<void> {
    const pod = object as Pod;
    const about = { group: '', resource: 'pods', name: pod.metadata.name };
    const refused = whyUnbindable(pod);
    if (refused) throw new ConflictError(about, refused);
    const auctioneer = this.directory.ref<AuctioneerProtocol>('auctioneer', 'main');
    const outcome = await auctioneer.bindOutside({ request: podRequestOf(pod), key, uid, node }, BUDGET_MS);
    if (outcome.kind === 'refused') throw new ConflictError(about, outcome.why);
    // An award may have been under way to another node: its outcome was the answer then.
    const now = (await this.caches.of('pods')).get(key)?.object as Pod | undefined;
    if (outcome.kind === 'gone' || (now?.metadata.uid === uid && now.spec.nodeName !== node)) {
      throw new ConflictError(about, (now && whyUnbindable(now)) ?? `pod ${about.name} is gone`);
    }
  }
}

function whyUnbindable({ metadata: { name, deletionTimestamp }, spec }: Pod): string | undefined {
  if (deletionTimestamp) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (spec.nodeName) return `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`;
  const { schedulingGates } = spec as { schedulingGates?: readonly unknown[] };
  return schedulingGates?.length ? `pod ${name} has non-empty .spec.schedulingGates` : undefined;
}
