/** One simulated machine: its hardware and containers outlive its agent, which may crash and come again. */
import { MemoryAgentState } from '../../node-agent/agent/agent-state.js';
import { NodeAgent } from '../../node-agent/agent/node-agent.js';
import type { SimulatedNetwork } from '../../node-agent/containers/simulated-network.js';
import { SimulatedRuntime } from '../../node-agent/containers/simulated-runtime.js';
import { SimulatedTransport } from '../../node-agent/containers/simulated-transport.js';
import { SimulatedVolumes } from '../../node-agent/volumes/simulated-volumes.js';
import { loggerOf } from './sim-control-plane.js';
import type { Life } from './world/life.js';
import type { SimBus } from './world/sim-bus.js';
import type { World } from './world/world.js';

export const machineCpuMillis = 4_000;
const CPU_CORES = 4;
const MEMORY_BYTES = 8 * 1024 ** 3;
export const machinePodsMax = 12;

export class SimMachine {
  readonly hardware: Life;
  readonly runtime: SimulatedRuntime;
  readonly #volumes = new SimulatedVolumes();
  #state = new MemoryAgentState();
  #agentLife: Life | undefined;
  #agent: NodeAgent | undefined;
  #lives = 0;

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly bus: SimBus,
    private readonly network: SimulatedNetwork,
    private readonly address: string,
  ) {
    this.hardware = world.life(`machine ${name}`);
    const random = world.random(`machine ${name}`);
    this.runtime = new SimulatedRuntime({
      clock: this.hardware.clock,
      random,
      network,
      cpuCores: CPU_CORES,
      memoryBytes: MEMORY_BYTES,
      sandboxDelayMs: 1 + random.next() * 20,
      startDelayMs: 1 + random.next() * 50,
      stopDelayMs: random.next() * 200,
      initMs: 20,
    });
  }

  get hasAgent(): boolean {
    return this.#agentLife?.isAlive ?? false;
  }

  startAgent(): void {
    if (this.hasAgent || !this.hardware.isAlive) return;
    const life = this.world.life(`agent ${this.name}#${++this.#lives}`);
    this.#agentLife = life;
    this.#agent = new NodeAgent({
      nodeName: this.name,
      bus: this.bus.of(life),
      runtime: life.scoped(this.runtime),
      transport: life.scoped(new SimulatedTransport(this.network)),
      volumes: life.scoped(this.#volumes),
      dataStore: life.scoped(this.#state),
      clock: life.clock,
      turn: life.turn,
      random: this.world.random(`${life.name} chance`),
      logger: loggerOf(life),
      options: {
        podsMax: machinePodsMax,
        apiService: { host: '10.96.0.1', port: 443 },
        addresses: [
          { type: 'InternalIP', address: this.address },
          { type: 'Hostname', address: this.name },
        ],
      },
    });
    this.#agent.start().catch((error: Error) => this.world.fail(error));
  }

  /** With or without what it kept of what it was told. */
  crashAgent(losesState = false): void {
    this.#agentLife?.kill();
    if (losesState) this.#state = new MemoryAgentState();
  }

  /** The agent's process ends as it should. */
  async stopAgent(): Promise<void> {
    const life = this.#agentLife;
    await this.#agent?.stop();
    life?.kill();
  }

  /** The machine is gone, with all that ran on it. */
  destroy(): void {
    this.crashAgent();
    this.hardware.kill();
  }
}
