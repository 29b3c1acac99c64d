/** The node or nodes of this process: the machine's agent over Docker, or simulated ones. */
import { availableParallelism, hostname, networkInterfaces, totalmem } from 'node:os';
import path from 'node:path';
import type { Bus } from '../bus/bus.js';
import { FileAgentState } from '../node-agent/agent/agent-state.js';
import type { NodeAgentOptions } from '../node-agent/agent/node-agent.js';
import type { Clock } from '../runtime/process/clock.js';
import type { Logger } from '../runtime/process/logger.js';
import type { Random } from '../runtime/process/random.js';
import type { Turn } from '../runtime/process/turn.js';

export type MachineOptions =
  | { readonly runtime: 'docker'; readonly socketPath: string }
  | { readonly runtime: 'simulated'; readonly nodes: number };

export interface MachineParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly logger: Logger;
  readonly dataFolder: string;
  readonly clusterId: string;
  /** What pods are told of the API. */
  readonly apiService: { readonly host: string; readonly port: number };
}

export interface Machine {
  readonly nodeNames: readonly string[];
  /** Ends the agents; containers run on. */
  stop(): Promise<void>;
}

export function startMachine(options: MachineOptions, parts: MachineParts): Promise<Machine> {
  return options.runtime === 'docker' ? startDocker(options.socketPath, parts) : startSimulated(options.nodes, parts);
}

/** Reads the machine's code, which costs as much as opening the store and can go on while that waits for its disk. Repeatable. */
export function loadMachine({ runtime }: MachineOptions): Promise<unknown> {
  return runtime === 'docker' ? loadDocker() : import('../node-agent/agent/simulated-fleet.js');
}

async function loadDocker() {
  const [{ DockerRuntime }, { DiskVolumes }, { NetworkProbeTransport }, { NodeAgent }] = await Promise.all([
    import('../node-agent/containers/docker-runtime.js'),
    import('../node-agent/volumes/disk-volumes.js'),
    import('../node-agent/probes/network-probe-transport.js'),
    import('../node-agent/agent/node-agent.js'),
  ]);
  return { DockerRuntime, DiskVolumes, NetworkProbeTransport, NodeAgent };
}

async function startDocker(socketPath: string, parts: MachineParts): Promise<Machine> {
  const { DockerRuntime, DiskVolumes, NetworkProbeTransport, NodeAgent } = await loadDocker();
  const { bus, clock, random, turn, logger, clusterId, apiService } = parts;
  const nodeName = hostname().toLowerCase();
  const runtime = new DockerRuntime({ docker: { socketPath }, nodeName, clusterId, clock, logger });
  const volumes = new DiskVolumes({
    root: path.join(parts.dataFolder, 'pods'),
    clock,
    allocatable: () => ({ cpuMillis: availableParallelism() * 1_000, memoryBytes: totalmem() }),
  });
  const options: NodeAgentOptions = { apiService, addresses: addressesOf(nodeName), podsMax: podsMaxOf(totalmem()) };
  const dataStore = new FileAgentState(path.join(parts.dataFolder, 'agent.json'));
  const agent = new NodeAgent({
    nodeName,
    bus,
    runtime,
    volumes,
    transport: new NetworkProbeTransport(),
    clock,
    random,
    turn,
    logger,
    dataStore,
    options,
  });
  await agent.start();
  return {
    nodeNames: [nodeName],
    async stop() {
      await agent.stop();
      await runtime.close();
    },
  };
}

async function startSimulated(
  nodes: number,
  { bus, clock, random, turn, logger, apiService }: MachineParts,
): Promise<Machine> {
  const { SimulatedFleet } = await import('../node-agent/agent/simulated-fleet.js');
  const fleet = new SimulatedFleet({ bus, clock, random, turn, logger, options: { apiService } });
  const nodeNames = Array.from({ length: nodes }, (_, i) => `node-${i + 1}`);
  await fleet.start(nodeNames);
  return { nodeNames, stop: () => fleet.stop() };
}

/** A pod of one container costs 26 MB besides what runs in it; half the memory may go there. Never below Kubernetes' 110; a bridge ends at 1,023. */
function podsMaxOf(memoryBytes: number): number {
  return Math.min(500, Math.max(110, Math.floor(memoryBytes / 2 / (26 * 1_024 * 1_024))));
}

/** The machine's first outside address, which pods can reach too. */
function addressesOf(nodeName: string) {
  const outside = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    /^(lo|docker|br-|veth)/.test(name) ? [] : (list ?? []),
  );
  const address = outside.find(({ family }) => family === 'IPv4')?.address ?? '127.0.0.1';
  return [
    { type: 'InternalIP', address },
    { type: 'Hostname', address: nodeName },
  ];
}
