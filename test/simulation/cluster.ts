/** A whole cluster in one world: a disk, the control plane's process (which may die and come again), and machines with their agents. */
import { SimulatedNetwork } from '../../node-agent/containers/simulated-network.js';
import { MemoryStore } from '../../runtime/snapshots/memory-store.js';
import { StatusError } from '../../schemas/errors.js';
import { Auditor } from './auditor.js';
import { type FaultKind, Faults } from './faults.js';
import { type CrashPoint, SimControlPlane } from './sim-control-plane.js';
import { SimMachine } from './sim-machine.js';
import type { Life } from './world/life.js';
import type { SeededRandom } from './world/seeded-random.js';
import { SimBus } from './world/sim-bus.js';
import type { World } from './world/world.js';

/** Where the control plane's process is to die, and after how many chances. */
interface ArmedCrash {
  readonly point: 'step' | CrashPoint;
  countdown: number;
}

const kindOf: Record<ArmedCrash['point'], FaultKind> = {
  step: 'process crash',
  'before commit': 'crash in commit',
  'in commit': 'crash in commit',
  'before answer': 'crash before answer',
  'in start': 'crash in start',
};

export class Cluster {
  readonly auditor: Auditor;
  readonly faults: Faults;
  readonly machines = new Map<string, SimMachine>();
  readonly #bus: SimBus;
  readonly #store: MemoryStore;
  readonly #operator: Life;
  readonly #random: SeededRandom;
  readonly #network = new SimulatedNetwork();
  #current: SimControlPlane | undefined;
  #isServing = false;
  #armed: ArmedCrash | undefined;
  #lives = 0;
  #machinesMade = 0;

  constructor(readonly world: World) {
    this.auditor = new Auditor(world);
    this.faults = new Faults(world);
    this.#bus = new SimBus(this.faults);
    this.#operator = world.life('operator');
    this.#random = world.random('operator');
    const { clock, turn } = world.life('disk');
    const onDurable: Auditor['durable'] = (type, entries) => this.auditor.durable(type, entries);
    this.#store = new MemoryStore({ clock, turn, incarnation: 'disk', faults: this.faults, onDurable });
    world.beforeStep = (life) => {
      if (life === this.#current?.life) this.#diesAt('step');
    };
  }

  /** The control plane, once it answers requests. */
  get serving(): SimControlPlane | undefined {
    return this.#isServing ? this.#current : undefined;
  }

  get hasProcess(): boolean {
    return this.#current !== undefined;
  }

  /** Starts the control plane's process. */
  begin(): void {
    if (this.#current) return;
    const life = this.world.life(`control-plane#${++this.#lives}`);
    if (this.#lives > 1) this.#store.reopen(life.name);
    const diesAt = (point: CrashPoint) => this.#diesAt(point);
    const process = new SimControlPlane({
      life,
      bus: this.#bus,
      store: this.#store,
      diesAt,
      onUnknown: () => this.#die('flush failed'),
      isDiskBroken: () => this.faults.isDiskBroken,
    });
    this.#current = process;
    this.world.trace.add(`${life.name} begins`);
    process.start().then(
      () => this.#serves(process),
      (error: Error) => this.#failedToStart(process, error),
    );
  }

  #serves(process: SimControlPlane): void {
    if (this.#current !== process) return;
    this.#isServing = true;
    this.world.trace.add(`${process.life.name} serves`);
  }

  /** A full disk is a reason to give up and to be started again; anything else is a bug. */
  #failedToStart(process: SimControlPlane, error: Error): void {
    if (this.#current !== process) return;
    if (!(error instanceof StatusError) || error.code < 500) return this.world.fail(error);
    this.world.trace.add(`${process.life.name} could not start: ${error.message}`);
    this.#end();
  }

  /** The process will die at the `countdown`-th chance of this kind. */
  arm(point: ArmedCrash['point'], countdown: number): void {
    this.#armed = { point, countdown };
  }

  disarm(): void {
    this.#armed = undefined;
  }

  #diesAt(point: ArmedCrash['point']): boolean {
    const armed = this.#armed;
    if (armed?.point !== point || --armed.countdown > 0) return false;
    this.#armed = undefined;
    this.#die(kindOf[point]);
    return true;
  }

  #die(kind: FaultKind): void {
    this.faults.count(kind);
    this.#end();
  }

  /** Whatever was not flushed is lost; somebody starts it again after a while. */
  #end(): void {
    const process = this.#current;
    if (!process) return;
    this.#current = undefined;
    this.#isServing = false;
    this.faults.isDiskBroken = false;
    const lost = this.#store.crash();
    process.life.kill();
    this.world.trace.add(`${process.life.name} ends, ${lost} batches lost`);
    this.#operator.clock.after(10 + this.#random.next() * this.#random.pick([50, 1_000, 8_000]), () => this.begin());
  }

  addMachine(): SimMachine {
    const number = ++this.#machinesMade;
    const machine = new SimMachine(`node-${number}`, this.world, this.#bus, this.#network, `10.0.0.${number}`);
    this.machines.set(machine.name, machine);
    machine.startAgent();
    return machine;
  }

  /** The machine is gone for good; its Node object is somebody else's to delete. */
  loseMachine(name: string): void {
    this.machines.get(name)?.destroy();
    this.machines.delete(name);
    this.faults.count('node lost', name);
  }
}
