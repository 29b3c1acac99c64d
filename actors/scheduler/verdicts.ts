/** Tells users why a pod waits: the condition PodScheduled, and the event FailedScheduling. Written only when there is something new to say. */
import type { Decline } from '../../schemas/messages/auction.js';
import { setCondition } from '../../schemas/meta/conditions.js';
import type { Condition, Pod } from '../../schemas/meta/object.js';
import { formatTime } from '../../schemas/meta/time.js';
import type { ActorContext } from '../../runtime/actor/actor.js';
import { declineMessage } from './decline-message.js';
import { SCHEDULER, type UnboundPod } from './scheduling-views.js';

const GATED = 'Scheduling is blocked due to non-empty scheduling gates';
const EVENT_MESSAGE_CHARACTERS_MAX = 1024;

/** Writes at once: ten thousand pods that nobody takes must not crowd out those that somebody does. */
const WRITES_MAX = 32;

export class Verdicts {
  /** By pod: the newest verdict only. */
  readonly #queue = new Map<string, () => Promise<unknown>>();
  #writing = 0;

  constructor(private readonly self: ActorContext) {}

  unschedulable(pod: UnboundPod, decline: Decline): void {
    this.#fail(pod, 'Unschedulable', declineMessage(decline, pod.neverPreempts));
  }

  /** The scheduler itself failed. */
  failed(pod: UnboundPod, error: unknown): void {
    this.#fail(pod, 'SchedulerError', error instanceof Error ? error.message : JSON.stringify(error));
  }

  #fail(pod: UnboundPod, reason: 'Unschedulable' | 'SchedulerError', message: string): void {
    if (pod.reason === reason && pod.message === message) return;
    const { namespace, name, uid } = pod;
    this.self.events.record({
      involved: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
      type: 'Warning',
      reason: 'FailedScheduling',
      message: message.slice(0, EVENT_MESSAGE_CHARACTERS_MAX),
      component: SCHEDULER,
    });
    this.#write(pod, reason, message);
  }

  gated(pod: UnboundPod): void {
    if (pod.reason !== 'SchedulingGated') this.#write(pod, 'SchedulingGated', GATED);
  }

  /** Not awaited: the pod's next change tells, and a lost verdict is written at the next decline. */
  #write({ key, uid }: UnboundPod, reason: string, message: string): void {
    const { client, clock } = this.self;
    const change = (object: Pod): Pod['status'] | undefined => {
      if (object.spec.nodeName || object.metadata.deletionTimestamp) return undefined;
      const old = (object.status?.conditions ?? []) as unknown as readonly Condition[];
      const { generation } = object.metadata;
      const condition: Condition = {
        type: 'PodScheduled',
        status: 'False',
        ...(generation ? { observedGeneration: generation } : {}),
        reason,
        message,
      };
      const conditions = setCondition(old, condition, formatTime(clock.now()));
      return conditions === old ? undefined : ({ ...object.status, conditions } as unknown as Pod['status']);
    };
    this.#queue.set(uid, () => client.updateStatus<Pod>('pods', key, uid, change));
    while (this.#writing < WRITES_MAX && this.#queue.size > 0) void this.#writeNext();
  }

  async #writeNext(): Promise<void> {
    this.#writing++;
    for (const [uid, write] of this.#queue) {
      this.#queue.delete(uid);
      await write().catch(() => {});
    }
    this.#writing--;
  }
}
