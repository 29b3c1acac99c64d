/** Stops containers: the preStop hook first, counted in the grace period, then TERM, then KILL. The grace may be shortened while it runs. */
import type { Pod } from '../../schemas/meta/object.js';
import type { ContainerState } from '../containers/container-runtime.js';
import { agentLimits } from './agent-limits.js';
import { runHook } from './hooks.js';
import { containerNamed } from './pod-facts.js';
import type { PodServices } from './pod-services.js';

export interface KillOrder {
  readonly state: ContainerState;
  /** Of the Killing event. */
  readonly message: string;
  /** Monotonic; read again whenever it matters, since it may come nearer. */
  deadlineMs(): number;
  readonly podIP: string;
}

export class ContainerKiller {
  readonly #underWay = new Map<
    string,
    { readonly order: KillOrder; readonly hook: AbortController; inHook: boolean }
  >();

  constructor(private readonly services: PodServices) {}

  /** Resolves when the container has ended. Rejects with RuntimeError. */
  async kill(pod: Pod, order: KillOrder): Promise<void> {
    const { state } = order;
    this.services.event(pod, 'Normal', 'Killing', order.message, state.name);
    const hook = new AbortController();
    const entry = { order, hook, inHook: true };
    this.#underWay.set(state.id, entry);
    try {
      const hooked = await this.#preStop(pod, order, hook.signal);
      entry.inHook = false;
      await this.services.runtime.stopContainer(
        state.id,
        this.#secondsLeft(order, hooked ? agentLimits.graceSecondsMin : 0),
      );
    } finally {
      this.#underWay.delete(state.id);
    }
  }

  /** The deadline has come nearer. */
  hurry(): void {
    for (const { order, hook, inHook } of this.#underWay.values()) {
      const left = this.#secondsLeft(order, 0);
      if (left <= agentLimits.graceSecondsMin) hook.abort(new Error('the grace period was shortened'));
      if (inHook && !hook.signal.aborted) continue; // TERM follows the hook, with what is left then.
      this.services.runtime.stopContainer(order.state.id, left).catch(() => undefined); // The first call reports the outcome.
    }
  }

  #secondsLeft(order: KillOrder, min: number): number {
    const left = Math.ceil((order.deadlineMs() - this.services.clock.monotonic()) / 1_000);
    return Math.max(left, min, 0);
  }

  async #preStop(pod: Pod, order: KillOrder, signal: AbortSignal): Promise<boolean> {
    const container = containerNamed(pod, order.state.name);
    const handler = container?.lifecycle?.preStop;
    if (!container || !handler) return false;
    const leftMs = order.deadlineMs() - this.services.clock.monotonic();
    if (leftMs <= 0) return false;
    const late = new AbortController();
    const timer = this.services.clock.after(leftMs, () => late.abort(new Error('the grace period ended')));
    try {
      const target = { container, id: order.state.id, podIP: order.podIP };
      await runHook(this.services, handler, target, leftMs, AbortSignal.any([signal, late.signal]));
    } catch (error) {
      if (!signal.aborted && !late.signal.aborted) {
        this.services.event(pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', container.name);
        this.services.logger.debug({ pod: pod.metadata.name, error: (error as Error).message }, 'preStop failed');
      }
    } finally {
      timer.cancel();
    }
    return true;
  }
}
