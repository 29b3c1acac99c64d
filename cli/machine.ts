/** The node or nodes of this process: the machine's agent over Docker, or simulated ones. */
import type { Bus } from '../bus/bus.js';
import type { Clock } from '../runtime/process/clock.js';
import type { Logger } from '../runtime/process/logger.js';
import type { Random } from '../runtime/process/random.js';
import type { Turn } from '../runtime/process/turn.js';

export type MachineOptions = { readonly runtime: 'docker'; readonly socketPath: string } | { readonly runtime: 'simulated'; readonly nodes: number };

export interface MachineParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly dataFolder: string;
  readonly apiHost: string;
  readonly apiPort: number;
}

export async function startMachine(_options: MachineOptions, _parts: MachineParts): Promise<{ stop(): Promise<void> }> {
  return { async stop() {} };
}
