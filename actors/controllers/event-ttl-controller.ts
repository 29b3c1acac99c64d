/** Forgets Events an hour after they were last told, in batches. */
import type { Event, ObjectKey } from '../../schemas/meta/object.js';
import { parseTime } from '../../schemas/meta/time.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import { again, type Controller, type ControllerContext, type Outcome } from '../../runtime/reconcile/controller.js';
import type { View, ViewSpec } from '../../runtime/views/view.js';
import { inBatches } from './in-batches.js';
import { unlessGone } from './settled.js';

const SWEEP = 'sweep';
/** kube-apiserver's --event-ttl. */
const TTL_MS = 3_600_000;
const PERIOD_MS = 30_000;
/** Deletes of one sweep: the rest follows soon. */
const SWEEP_MAX = 2_000;
const NEXT_SWEEP_MS = 1_000;

interface Told {
  readonly uid: string;
  readonly lastMs: number;
}

function lastTold({ metadata, lastTimestamp, eventTime, series }: Event): number {
  const times = [metadata.creationTimestamp, lastTimestamp, eventTime, series?.lastObservedTime];
  return Math.max(...times.map((time) => (time ? parseTime(String(time)) || 0 : 0)));
}

const eventsView: ViewSpec<Told> = {
  type: 'events',
  project: (object) => ({ uid: object.metadata.uid, lastMs: lastTold(object as Event) }),
};

export class EventTtlController implements Controller {
  readonly name = 'event-ttl-controller';
  readonly concurrency = 1;
  #context!: ControllerContext;
  #events!: View<Told>;

  async start(context: ControllerContext): Promise<void> {
    this.#context = context;
    this.#events = await context.views.of(eventsView);
    context.enqueue(SWEEP);
  }

  async reconcile(_: ObjectKey, client: ResourceClient): Promise<Outcome> {
    const oldest = this.#context.clock.now() - TTL_MS;
    const expired: [ObjectKey, string][] = [];
    for (const [key, { uid, lastMs }] of this.#events.all()) {
      if (lastMs > oldest) continue;
      expired.push([key, uid]);
      if (expired.length === SWEEP_MAX) break;
    }
    await inBatches(expired, ([key, uid]) => unlessGone(client.delete('events', key, { preconditions: { uid } })));
    return again(expired.length === SWEEP_MAX ? NEXT_SWEEP_MS : PERIOD_MS);
  }
}
