/** One life of the control plane's process: everything between the store and the gateway's core, as `npm start` puts it together, but for sockets and disks. */
import { actorTypes, clusterParts } from '../../cli/cluster-parts.js';
import { ControlPlane } from '../../cli/control-plane.js';
import { versionInfo } from '../../gateway/discovery/version.js';
import { GatewayCore } from '../../gateway/gateway-server.js';
import type { Logger } from '../../runtime/process/logger.js';
import type { CommitEntry, SnapshotStore } from '../../runtime/snapshots/snapshot-store.js';
import { bootstrapObjects } from '../../schemas/kinds/bootstrap-objects.js';
import { kinds } from '../../schemas/kinds/registry.js';
import type { Life } from './world/life.js';
import type { SimBus } from './world/sim-bus.js';

const CA = 'simulated';

/** Where a process may die on its way through a commit or its start. */
export type CrashPoint = 'before commit' | 'in commit' | 'before answer' | 'in start';

export interface ControlPlaneParts {
  readonly life: Life;
  readonly bus: SimBus;
  readonly store: SnapshotStore;
  /** Asked at each point; true: die here. */
  readonly diesAt: (point: CrashPoint) => boolean;
  /** The store's answer did not come: the embedded store's rule is that the process ends. */
  readonly onUnknown: () => void;
  /** A flush failed: no later one is answered. */
  readonly isDiskBroken: () => boolean;
}

export class SimControlPlane {
  readonly life: Life;
  gateway: GatewayCore | undefined;
  controlPlane: ControlPlane | undefined;

  constructor(private readonly parts: ControlPlaneParts) {
    this.life = parts.life;
  }

  /** Serves from when it resolves. Never settles if the process dies on the way. */
  async start(): Promise<void> {
    const { life, bus } = this.parts;
    const { clock, turn, world } = life;
    const random = world.random(`${life.name} chance`);
    const store = life.scoped(this.#dyingStore());
    const logger = loggerOf(life);
    const ports = {
      clock,
      turn,
      random,
      store,
      logger,
      bus: bus.of(life),
      incarnation: random.uuid(),
      soleWriter: true,
      repeats: false,
    };
    const controlPlane = new ControlPlane(ports);
    await controlPlane.start(actorTypes);
    const { caches } = controlPlane;
    this.controlPlane = controlPlane;
    const client = controlPlane.clientFor('gateway');
    this.gateway = new GatewayCore({
      kinds,
      clock,
      random,
      turn,
      logger,
      caches,
      client,
      version: versionInfo('0.0.0', 'linux/amd64', '24.0.0'),
    });
    await controlPlane.ensure(
      bootstrapObjects({ caCertificatePem: CA, apiHost: '127.0.0.1', apiPort: 6443, serviceAddress: '10.96.0.1' }),
    );
    const tokens = { issue: async () => ({ token: 'simulated', expiresAtMs: clock.now() + 3_600_000 }) };
    const { actors, controllers } = clusterParts({ caches, clock, store, caCertificatePem: CA, tokens });
    await controlPlane.run(actors, controllers);
  }

  /** The store, with the moments in which the process may die. */
  #dyingStore(): SnapshotStore {
    const { store, life, diesAt, onUnknown, isDiskBroken } = this.parts;
    const dies = (point: CrashPoint): boolean => !life.isAlive || diesAt(point);
    return new Proxy(store, {
      get: (target, name) => {
        const member = Reflect.get(target, name, target) as unknown;
        if (typeof member !== 'function') return member;
        if (name === 'commitAll') return (batches: ReadonlyMap<string, readonly CommitEntry[]>) => commit(batches);
        if (name === 'claim' || name === 'load') {
          return (...args: unknown[]) =>
            dies('in start') ? new Promise(() => {}) : (Reflect.apply(member, target, args) as unknown);
        }
        return (...args: unknown[]) => Reflect.apply(member, target, args) as unknown;
      },
    });

    async function commit(batches: ReadonlyMap<string, readonly CommitEntry[]>) {
      if (isDiskBroken() || dies('before commit')) return new Promise<never>(() => {});
      const answer = store.commitAll(batches);
      if (dies('in commit')) return new Promise<never>(() => {});
      const outcomes = await answer;
      if (dies('before answer')) return new Promise<never>(() => {});
      if (
        [...outcomes.values()].some((outcome) => outcome instanceof Error && outcome.name === 'UnknownOutcomeError')
      ) {
        onUnknown();
        return new Promise<never>(() => {});
      }
      return outcomes;
    }
  }
}

/** Errors are broken invariants: nothing that simulation does may bring code to log one. */
export function loggerOf(life: Life): Logger {
  const { world } = life;
  const note = (level: string) => (fields: Record<string, unknown>, message: string) => {
    if (life.isAlive) world.trace.add(`${life.name} ${level}: ${message} ${textOf(fields)}`);
  };
  return {
    debug() {},
    info() {},
    warn: note('warns'),
    error: (fields, message) => {
      if (life.isAlive) world.broken('nothing logs an error', `${life.name}: ${message} ${textOf(fields)}`);
    },
  };
}

const textOf = (fields: Record<string, unknown>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${value instanceof Error ? value.stack : String(value)}`)
    .join(' ');
