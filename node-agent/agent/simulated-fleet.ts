/** Any number of simulated nodes in one process: they share one heartbeat timer, one network, and nothing waits. */
import type { Bus } from '../../bus/bus.js';
import type { Clock } from '../../runtime/process/clock.js';
import type { Logger } from '../../runtime/process/logger.js';
import type { Random } from '../../runtime/process/random.js';
import type { Turn } from '../../runtime/process/turn.js';
import { SimulatedNetwork } from '../containers/simulated-network.js';
import { SimulatedRuntime, type SimulatedRuntimeOptions } from '../containers/simulated-runtime.js';
import { SimulatedTransport } from '../containers/simulated-transport.js';
import { SimulatedVolumes } from '../volumes/simulated-volumes.js';
import { type AgentState, MemoryAgentState } from './agent-state.js';
import { SharedHeartbeat } from './heartbeat-schedule.js';
import { NodeAgent, type NodeAgentOptions } from './node-agent.js';

export interface SimulatedFleetParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly logger: Logger;
  /** For all nodes. */
  readonly options?: NodeAgentOptions;
  readonly machine?: Omit<SimulatedRuntimeOptions, 'clock' | 'random' | 'network'>;
}

/** A simulated machine: it outlives its agent. */
export interface SimulatedMachine {
  readonly name: string;
  readonly runtime: SimulatedRuntime;
  readonly volumes: SimulatedVolumes;
  readonly state: AgentState;
  agent: NodeAgent;
}

/** A simulated node is roomy: what limits it is the scheduler's ledger, not the machine. */
const PODS_MAX = 1_000;

export class SimulatedFleet {
  readonly machines = new Map<string, SimulatedMachine>();
  readonly #network = new SimulatedNetwork();
  readonly #heartbeats: SharedHeartbeat;

  constructor(private readonly parts: SimulatedFleetParts) {
    this.#heartbeats = new SharedHeartbeat(parts.clock);
  }

  /** Makes the machines and starts their agents; resolves when all have registered. */
  async start(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.add(name)));
  }

  /** One more machine. */
  async add(name: string): Promise<SimulatedMachine> {
    const { clock, random, machine } = this.parts;
    const runtime = new SimulatedRuntime({ ...machine, clock, random, network: this.#network });
    const volumes = new SimulatedVolumes();
    const state = new MemoryAgentState();
    const made = { name, runtime, volumes, state, agent: undefined as unknown as NodeAgent };
    made.agent = this.#agentOf(made);
    this.machines.set(name, made);
    await made.agent.start();
    return made;
  }

  /** The agent dies and comes again; what runs on the machine runs on. */
  async restartAgent(name: string): Promise<void> {
    const machine = this.machines.get(name);
    if (!machine) return;
    await machine.agent.stop();
    machine.agent = this.#agentOf(machine);
    await machine.agent.start();
  }

  /** Repeatable. */
  async stop(): Promise<void> {
    await Promise.all([...this.machines.values()].map(({ agent }) => agent.stop()));
  }

  #agentOf({ name, runtime, volumes, state }: Omit<SimulatedMachine, 'agent'>): NodeAgent {
    const { bus, clock, random, turn, logger, options } = this.parts;
    const index = this.machines.size + 1;
    const address = `10.0.${(index >> 8) & 255}.${index & 255}`;
    return new NodeAgent({
      nodeName: name,
      bus,
      runtime,
      volumes,
      transport: new SimulatedTransport(this.#network),
      clock,
      random,
      turn,
      logger,
      dataStore: state,
      heartbeats: this.#heartbeats,
      resume: (pods) => runtime.resume(pods),
      options: {
        podsMax: PODS_MAX,
        nodeEvents: false,
        addresses: [
          { type: 'InternalIP', address },
          { type: 'Hostname', address: name },
        ],
        ...options,
        labels: { 'node.troupe.dev/simulated': 'true', ...options?.labels },
      },
    });
  }
}
