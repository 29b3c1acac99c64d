/** A control plane with node-links and a fleet of simulated nodes, in virtual time. Pods are bound by hand: no scheduler runs. */
import { nodeLinkDefinitions } from '../../../../actors/node-links/definitions.js';
import { Heartbeats } from '../../../../actors/node-links/heartbeats.js';
import type { MemoryBus } from '../../../../bus/memory-bus.js';
import type { ControlPlane } from '../../../../cli/control-plane.js';
import { SimulatedFleet } from '../../../../node-agent/agent/simulated-fleet.js';
import { type Logger, silentLogger } from '../../../../runtime/process/logger.js';
import { SystemRandom } from '../../../../runtime/process/random.js';
import { SystemTurn } from '../../../../runtime/process/turn.js';
import type { Event, Node, Pod } from '../../../../schemas/meta/object.js';
import { type ManualClock, settle } from '../../../harness/manual-clock.js';
import { emptyStage, namespaces } from '../../../harness/stage.js';

export interface LinkStage {
  readonly clock: ManualClock;
  readonly bus: MemoryBus;
  readonly controlPlane: ControlPlane;
  readonly fleet: SimulatedFleet;
  readonly heartbeats: Heartbeats;
  createPod(name: string, node: string, spec?: object, annotations?: Record<string, string>): Promise<Pod>;
  pod(name: string): Pod | undefined;
  node(name: string): Node | undefined;
  /** `reason: message` of the events about a pod, sorted by first sight. */
  eventsOf(pod: string): string[];
  /** Until the condition holds; moves time only when nothing else happens. */
  until(holds: () => boolean, withinMs?: number): Promise<void>;
}

export async function startLinkStage(options: { nodes?: readonly string[]; logger?: Logger } = {}): Promise<LinkStage> {
  const { clock, bus, controlPlane } = emptyStage(options);
  const logger = options.logger ?? silentLogger;
  await controlPlane.start(['node-link', 'node-link-keeper']);
  await controlPlane.ensure(namespaces('default', 'kube-node-lease'));
  await controlPlane.ensure([
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } },
  ]);
  const heartbeats = new Heartbeats(clock);
  const tokens = { issue: async () => ({ token: 'signed', expiresAtMs: clock.now() + 3_600_000 }) };
  await controlPlane.run(nodeLinkDefinitions({ caches: controlPlane.caches, heartbeats, tokens }), []);
  const fleet = new SimulatedFleet({ bus, clock, random: new SystemRandom(), turn: new SystemTurn(), logger });
  const started = fleet.start(options.nodes ?? ['node-a']);
  for (let i = 0; i < 200; i++) await clock.advance(20);
  await started;
  const client = controlPlane.clientFor('test');
  const object = (type: string, key: string) => controlPlane.caches.loaded(type)?.get(key)?.object;
  return {
    clock,
    bus,
    controlPlane,
    fleet,
    heartbeats,
    async createPod(name, node, spec = {}, annotations) {
      const containers = [{ name: 'c', image: 'app:1' }];
      const metadata = { name, namespace: 'default', ...(annotations ? { annotations } : {}) };
      const written = await client.create('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: { containers, nodeName: node, ...spec },
      });
      return written.stored.object as Pod;
    },
    pod: (name) => object('pods', `default/${name}`) as Pod | undefined,
    node: (name) => object('nodes', name) as Node | undefined,
    eventsOf(pod) {
      const events = controlPlane.caches
        .loaded('events')!
        .list('default')
        .map((entry) => entry.object as Event);
      return events
        .filter((event) => event.involvedObject.name === pod)
        .map((event) => `${event.reason}: ${event.message}`);
    },
    async until(holds, withinMs = 60_000) {
      const end = clock.monotonic() + withinMs;
      for (;;) {
        for (let i = 0; i < 20 && !holds(); i++) await settle();
        if (holds()) return;
        if (clock.monotonic() >= end) throw new Error('it did not come to pass');
        await clock.advance(50);
      }
    },
  };
}
