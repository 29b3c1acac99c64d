/** Reports of pods' statuses: computed once per turn, sent in batches, one batch under way at a time, so that none overtakes another. */
import type { Logger } from '../../runtime/process/logger.js';
import type { Clock } from '../../runtime/process/clock.js';
import type { Turn } from '../../runtime/process/turn.js';
import type { NodeUpProtocol, PodReport, ReportOutcome } from '../../schemas/messages/node-link.js';
import { agentLimits } from './agent-limits.js';
import type { PodActor } from './pod-actor.js';

export interface StatusReporterOptions {
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  report(message: Parameters<NodeUpProtocol['report']>[0]): Promise<{ outcomes: ReportOutcome[] }>;
  /** The ask failed: the reports are kept for when `resume` is called. */
  onLost(error: Error): void;
}

interface Reported {
  readonly actor: PodActor;
  readonly report: PodReport;
  readonly text: string;
}

export class StatusReporter {
  readonly #dirty = new Set<PodActor>();
  readonly #told = new WeakMap<PodActor, string>();
  #whenQuiet: ((allTold: boolean) => void)[] = [];
  #scheduled = false;
  #underWay = false;
  #connected = false;

  constructor(private readonly options: StatusReporterOptions) {}

  changed(actor: PodActor): void {
    this.#dirty.add(actor);
    this.#schedule();
  }

  forget(actor: PodActor): void {
    this.#dirty.delete(actor);
  }

  /** After a register: what waits is sent. */
  resume(): void {
    this.#connected = true;
    this.#schedule();
  }

  pause(): void {
    this.#connected = false;
  }

  /** Everything again, whatever was told before: after the store may have lost its tail. Resolves false if the connection was lost on the way. */
  reportAll(actors: Iterable<PodActor>): Promise<boolean> {
    for (const actor of actors) {
      this.#told.delete(actor);
      this.#dirty.add(actor);
    }
    if (this.#dirty.size === 0) return Promise.resolve(true);
    const quiet = new Promise<boolean>((resolve) => this.#whenQuiet.push(resolve));
    this.#schedule();
    return quiet;
  }

  #settleQuiet(): void {
    if (this.#connected && (this.#dirty.size > 0 || this.#underWay)) return;
    for (const resolve of this.#whenQuiet.splice(0)) resolve(this.#connected);
  }

  #schedule(): void {
    if (this.#scheduled || this.#underWay || !this.#connected || this.#dirty.size === 0) return;
    this.#scheduled = true;
    this.options.turn.afterThisTurn(() => {
      this.#scheduled = false;
      if (!this.#underWay && this.#connected) void this.#send();
    });
  }

  #collect(): Reported[] {
    const batch: Reported[] = [];
    for (const actor of this.#dirty) {
      if (batch.length >= agentLimits.reportsPerAskMax) break;
      this.#dirty.delete(actor);
      if (!actor.reportable) continue;
      const status = actor.status();
      const text = JSON.stringify(status);
      if (this.#told.get(actor) === text) {
        actor.reported(status);
        continue;
      }
      const { namespace = '', name, uid } = actor.pod.metadata;
      batch.push({ actor, report: { namespace, name, uid, status }, text });
    }
    return batch;
  }

  async #send(): Promise<void> {
    const batch = this.#collect();
    if (batch.length === 0) return this.#settleQuiet();
    this.#underWay = true;
    try {
      const { outcomes } = await this.options.report({ reports: batch.map(({ report }) => report) });
      for (const [index, sent] of batch.entries()) this.#settle(sent, outcomes[index]);
    } catch (error) {
      for (const { actor } of batch) this.#dirty.add(actor);
      this.#connected = false;
      this.options.onLost(error as Error);
    } finally {
      this.#underWay = false;
      this.#schedule();
      this.#settleQuiet();
    }
  }

  #settle({ actor, report, text }: Reported, outcome: ReportOutcome | undefined): void {
    if (outcome?.kind === 'refused') {
      const { code, reason, message } = outcome;
      this.options.logger.warn({ pod: actor.key, code, reason, message }, 'a status was refused');
      this.options.clock.after(agentLimits.reconnectMaxMs, () => actor.reportable && this.changed(actor));
      return;
    }
    this.#told.set(actor, text);
    actor.reported(report.status);
  }
}
