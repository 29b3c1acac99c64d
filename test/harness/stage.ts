/** A control plane over a memory store, in virtual time: for tests of what the parts do together. */
import { MemoryBus } from '../../bus/memory-bus.js';
import { ControlPlane } from '../../cli/control-plane.js';
import type { Logger } from '../../runtime/process/logger.js';
import { silentLogger } from '../../runtime/process/logger.js';
import { SystemRandom } from '../../runtime/process/random.js';
import { SystemTurn } from '../../runtime/process/turn.js';
import { MemoryStore } from '../../runtime/snapshots/memory-store.js';
import { ManualClock } from './manual-clock.js';

export interface Stage {
  readonly clock: ManualClock;
  readonly controlPlane: ControlPlane;
  readonly bus: MemoryBus;
}

/** Namespaces `default` and `kube-system` exist; no controller runs. */
export async function startStage(options: { logger?: Logger } = {}): Promise<Stage> {
  const stage = emptyStage(options);
  await stage.controlPlane.start(['auctioneer', 'bidder', 'node-link']);
  await stage.controlPlane.ensure(namespaces('default', 'kube-system'));
  return stage;
}

/** Nothing of the control plane is started. */
export function emptyStage(options: { logger?: Logger } = {}): Stage {
  const clock = new ManualClock();
  const turn = new SystemTurn();
  const bus = new MemoryBus();
  const store = new MemoryStore({ clock, turn, incarnation: 'stage' });
  const controlPlane = new ControlPlane({
    clock,
    turn,
    bus,
    store,
    random: new SystemRandom(),
    logger: options.logger ?? silentLogger,
    incarnation: 'stage',
    soleWriter: true,
    repeats: false,
  });
  return { clock, controlPlane, bus };
}

export function namespaces(...names: string[]) {
  return names.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
}
