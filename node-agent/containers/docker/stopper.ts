/** Stops containers: one signal, then one KILL when the grace is over. A repeated stop may only shorten the grace, and signals nobody twice. */
import type { Clock, Timer } from '../../../runtime/process/clock.js';
import type { RuntimeError } from '../container-runtime.js';
import { type Engine, messageOf } from './engine.js';

interface Stopping {
  readonly exited: Promise<void>;
  deadline: number;
  timer: Timer;
}

/** Also the most that a grace period may be: a day. */
const WAIT_MAX_MS = 86_400_000;

export class Stopper {
  private readonly stopping = new Map<string, Stopping>();

  constructor(
    private readonly engine: Engine,
    private readonly clock: Clock,
  ) {}

  /** Resolves when the container has exited, or is gone. Throws RuntimeError. */
  async stop(id: string, graceSeconds: number): Promise<void> {
    const found = await this.engine.find((docker) => docker.getContainer(id).inspect());
    if (!found?.State.Running) return;
    const graceMs = Math.max(0, graceSeconds) * 1000;
    const current = this.stopping.get(id);
    if (current) return this.shorten(id, current, graceMs);
    const stopping: Stopping = {
      exited: this.waitForExit(id),
      deadline: this.clock.monotonic() + graceMs,
      timer: this.killAfter(id, graceMs),
    };
    this.stopping.set(id, stopping);
    stopping.exited.catch(() => {});
    if (graceMs > 0)
      await this.signal(id, (found.Config as { StopSignal?: string }).StopSignal || 'SIGTERM').catch(() => {});
    try {
      await stopping.exited;
    } finally {
      stopping.timer.cancel();
      this.stopping.delete(id);
    }
  }

  private shorten(id: string, stopping: Stopping, graceMs: number): Promise<void> {
    const deadline = this.clock.monotonic() + graceMs;
    if (deadline < stopping.deadline) {
      stopping.timer.cancel();
      stopping.deadline = deadline;
      stopping.timer = this.killAfter(id, graceMs);
    }
    return stopping.exited;
  }

  private killAfter(id: string, ms: number): Timer {
    const kill = () => void this.signal(id, 'SIGKILL').catch(() => {});
    if (ms > 0) return this.clock.after(ms, kill);
    kill();
    return { cancel() {} };
  }

  private async waitForExit(id: string): Promise<void> {
    await this.engine
      .call((docker) => docker.getContainer(id).wait({ condition: 'not-running' }), 'invalid', WAIT_MAX_MS)
      .catch((error: RuntimeError) => {
        if (error.kind !== 'not-found') throw error;
      });
  }

  private async signal(id: string, signal: string): Promise<void> {
    await this.engine
      .find((docker) => docker.getContainer(id).kill({ signal }))
      .catch((error: unknown) => {
        if (!/is not running/.test(messageOf(error))) throw error;
      });
  }
}
