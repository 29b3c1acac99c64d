/** One whole life of a cluster from a seed: it comes up, has a storm of work and faults, and must then come to what was asked. */
import { ApiClient } from './api-client.js';
import { Cluster } from './cluster.js';
import { Convergence } from './convergence.js';
import type { FaultKind } from './faults.js';
import { ReadCheck } from './read-check.js';
import type { SeededRandom } from './world/seeded-random.js';
import { World } from './world/world.js';
import { WatchRecorder, type Watched } from './watch-recorder.js';
import { Workload } from './workload.js';

export interface LifeReport {
  readonly seed: number;
  readonly commits: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly faultsTotal: number;
  readonly watchEvents: number;
  readonly steps: number;
  readonly virtualMs: number;
  /** Of everything that happened: equal for equal seeds. */
  readonly digest: string;
  readonly failure: Error | undefined;
  readonly lastLines: readonly string[];
}

/** An emptier life than this proves nothing. */
export const commitsMin = 200;
export const faultsMin = 5;

const USERS = 3;
const ACTIONS_PER_USER_MIN = 10;
const ACTIONS_PER_USER_MAX = 150;
const STORM_FAULTS = 8;
/** Less than the auctioneer's look at what no wake-up foresaw, which would hide that one is missing. */
const CALM_MAX_MS = 280_000;
const LOOK_MS = 2_000;
/** Converged is what still holds after this. */
const HOLDS_MS = 12_000;

const WATCHED: readonly Watched[] = [
  { type: 'pods', path: '/api/v1/pods' },
  { type: 'configmaps', path: '/api/v1/namespaces/default/configmaps', namespace: 'default', label: ['tier', 'a'] },
  { type: 'configmaps', path: '/api/v1/configmaps' },
  { type: 'deployments.apps', path: '/apis/apps/v1/namespaces/team-a/deployments', namespace: 'team-a' },
  { type: 'nodes', path: '/api/v1/nodes' },
];

export async function runLife(seed: number): Promise<LifeReport> {
  const world = new World(seed);
  const onUnhandled = (error: unknown) => world.fail(error instanceof Error ? error : new Error(String(error)));
  process.on('unhandledRejection', onUnhandled);
  try {
    return await new LifeRun(world).run();
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
}

class LifeRun {
  readonly #cluster: Cluster;
  readonly #reads: ReadCheck;
  readonly #users: readonly Workload[];
  readonly #watches: readonly WatchRecorder[];
  readonly #chance: SeededRandom;
  readonly #client: ApiClient;
  #isOver = false;

  constructor(private readonly world: World) {
    this.#cluster = new Cluster(world);
    this.#reads = new ReadCheck(world, this.#cluster.auditor);
    this.#users = Array.from({ length: USERS }, (_, i) => new Workload(this.#cluster, this.#reads, `user${i + 1}`));
    this.#watches = WATCHED.map((watched) => new WatchRecorder(this.#cluster, watched, this.#reads));
    this.#chance = world.random('story');
    this.#client = new ApiClient(this.#cluster, 'story');
  }

  async run(): Promise<LifeReport> {
    const { world } = this;
    this.#story().then(
      () => {
        this.#isOver = true;
      },
      (error: Error) => world.fail(error),
    );
    await world.run(() => this.#isOver);
    if (!world.failure && !this.#isOver) world.broken('the world goes on', 'nothing is left to do');
    return this.#report();
  }

  async #story(): Promise<void> {
    const cluster = this.#cluster;
    cluster.begin();
    for (let i = this.#chance.between(2, 4); i > 0; i--) cluster.addMachine();
    for (const watch of this.#watches) void watch.run();
    await this.#until(
      'the cluster comes up',
      120_000,
      () => cluster.serving !== undefined && cluster.auditor.history.current('nodes').size === cluster.machines.size,
    );
    await this.#users[0]!.createNamespace('team-a');
    await this.#storm();
    await this.#calm();
    await this.#users[0]!.makeRoom();
    await this.#calm();
    this.#judge();
  }

  async #storm(): Promise<void> {
    const { faults, auditor } = this.#cluster;
    const isEnough = () => auditor.history.count >= commitsMin && faults.total >= STORM_FAULTS;
    faults.isStorm = true;
    let isOn = true;
    const accidents = this.#accidents(() => isOn);
    await Promise.all(this.#users.map((user) => user.run(ACTIONS_PER_USER_MIN, ACTIONS_PER_USER_MAX, isEnough)));
    isOn = false;
    await accidents;
    faults.isStorm = false;
    this.#cluster.disarm();
  }

  /** Whatever comes from outside: crashes, kills, machines that come and go. */
  async #accidents(isOn: () => boolean): Promise<void> {
    const [cluster, chance] = [this.#cluster, this.#chance];
    while (isOn()) {
      await this.#client.sleep(chance.next() * 1_500);
      if (!isOn()) return;
      const machines = [...cluster.machines.values()];
      const machine = chance.pick(machines);
      const dice = chance.next();
      if (dice < 0.35)
        cluster.arm(
          chance.pick(['step', 'step', 'before commit', 'in commit', 'before answer', 'in start']),
          chance.between(1, 30),
        );
      else if (dice < 0.5) this.#crashAgent(machine.name);
      else if (dice < 0.6) void this.#restartAgent(machine.name);
      else if (dice < 0.8) await this.#killContainer(machine.name);
      else if (dice < 0.85 && machines.length > 2) cluster.loseMachine(machine.name);
      else if (dice < 0.9 && machines.length < 5) cluster.addMachine();
    }
  }

  #crashAgent(name: string): void {
    const machine = this.#cluster.machines.get(name);
    if (!machine?.hasAgent) return;
    this.#cluster.faults.count('agent crash', name);
    machine.crashAgent(this.#chance.chance(0.3));
    void this.#client.sleep(this.#chance.next() * 5_000).then(() => machine.startAgent());
  }

  async #restartAgent(name: string): Promise<void> {
    const machine = this.#cluster.machines.get(name);
    if (!machine?.hasAgent) return;
    this.#cluster.faults.count('agent restart', name);
    await machine.stopAgent();
    machine.startAgent();
  }

  async #killContainer(name: string): Promise<void> {
    const machine = this.#cluster.machines.get(name);
    const running = (await machine?.runtime.list())?.containers.filter(({ state }) => state === 'running') ?? [];
    if (running.length === 0) return;
    const container = this.#chance.pick(running);
    this.#cluster.faults.count('container killed', `${container.pod.namespace}/${container.pod.name} on ${name}`);
    machine!.runtime.crash(container.id);
  }

  /** No more faults: within its time the cluster must be what was asked, and stay so. */
  async #calm(): Promise<void> {
    const [cluster, convergence] = [this.#cluster, new Convergence(this.#cluster)];
    this.world.trace.add('calm');
    const until = this.world.elapsedMs + CALM_MAX_MS;
    let heldSince: number | undefined;
    let isRepaired = false;
    let looked = -1;
    for (;;) {
      await this.#client.sleep(LOOK_MS);
      for (const machine of cluster.machines.values()) machine.startAgent();
      isRepaired ||= cluster.serving !== undefined && (await this.#users[0]!.repair());
      const { count } = cluster.auditor.history;
      const isSame = heldSince !== undefined && count === looked && this.world.elapsedMs - heldSince < HOLDS_MS;
      if (isSame) continue;
      looked = count;
      const problems = await convergence.problems();
      const missing = this.#watches
        .filter((watch) => watch.missing > 0)
        .map((watch) => `watch ${watch.where} misses ${watch.missing}`);
      if (problems.length === 0 && missing.length === 0) {
        heldSince ??= this.world.elapsedMs;
        if (this.world.elapsedMs - heldSince >= HOLDS_MS) return;
      } else heldSince = undefined;
      if (this.world.elapsedMs > until)
        throw new Error(`the cluster converges to what was asked: ${[...problems, ...missing].join('; ')}`);
    }
  }

  #judge(): void {
    for (const op of this.#users.flatMap(({ refused }) => refused)) {
      const committed = this.#cluster.auditor.operation(op);
      if (committed)
        this.world.broken(
          'what was refused never happens',
          `operation ${op} was refused, and made ${committed.resourceVersion}`,
        );
    }
    const { count } = this.#cluster.auditor.history;
    const { total } = this.#cluster.faults;
    if (count < commitsMin || total < faultsMin)
      this.world.broken('a life is not empty', `${count} commits, ${total} faults`);
  }

  async #until(what: string, withinMs: number, isTrue: () => boolean): Promise<void> {
    const end = this.world.elapsedMs + withinMs;
    while (!isTrue()) {
      if (this.world.elapsedMs > end) throw new Error(`${what}: not within ${withinMs} ms`);
      await this.#client.sleep(50);
    }
  }

  #report(): LifeReport {
    const { seed, steps, elapsedMs, failure, trace } = this.world;
    const { faults, auditor } = this.#cluster;
    for (const watch of this.#watches) watch.stop();
    return {
      seed,
      commits: auditor.history.count,
      faults: faults.counts,
      faultsTotal: faults.total,
      watchEvents: this.#watches.reduce((sum, { events }) => sum + events, 0),
      steps,
      virtualMs: elapsedMs,
      lastLines: trace.lines,
      digest: trace.digest(),
      failure,
    };
  }
}
