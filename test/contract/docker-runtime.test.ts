import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import type Docker from 'dockerode';
import type {
  ContainerSpec,
  PodIdentity,
  RuntimeError,
  SandboxSpec,
} from '../../node-agent/containers/container-runtime.js';
import { DockerRuntime } from '../../node-agent/containers/docker-runtime.js';
import { SystemClock } from '../../runtime/process/clock.js';
import { silentLogger } from '../../runtime/process/logger.js';
import { ensureTestImage, findDocker, TEST_IMAGE } from '../harness/images.js';
import { aContainer, aSandbox, logText, type RuntimeStage, runtimeContract } from './container-runtime.js';
import { streamPair } from '../../bus/memory-stream.js';
import { readAll } from './read-all.js';

const found = await findDocker();
// Skipped where no Docker Engine answers: nothing here means anything without one.
const withDocker = found.docker ? test.serial : test.serial.skip;
const docker = found.docker as Docker;
const clock = new SystemClock();
const clusterId = `test-${randomUUID()}`;
const newRuntime = () => new DockerRuntime({ docker, nodeName: 'test', clusterId, clock, logger: silentLogger });
const runtime = newRuntime();

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = clock.monotonic() + 20_000; !(await condition()); await pause(25)) {
    if (clock.monotonic() > deadline) throw new Error('it did not come to pass in 20 s');
  }
}

const newPod = (): PodIdentity => ({ namespace: 'default', name: 'web-0', uid: randomUUID() });
const script = (text: string) => ({ command: ['sh', '-c', text] });
const RUNS = 'trap "exit 0" TERM; echo one; echo two; while :; do sleep 0.1; done';

const stage: RuntimeStage = {
  runtime,
  image: TEST_IMAGE,
  missingImage: 'localhost:1/nowhere/missing:1',
  behave: (spec, behaviour) => ({ ...spec, ...script(behaviour === 'runs' ? RUNS : `exit ${behaviour.exits}`) }),
  newPod,
  restarted: newRuntime,
  until,
};

async function started(sandbox: Partial<SandboxSpec>, ...containers: Partial<ContainerSpec>[]) {
  const pod = newPod();
  const { id: sandboxId, ips } = await runtime.createSandbox(aSandbox(pod, sandbox));
  const ids: string[] = [];
  for (const [index, overrides] of containers.entries()) {
    const id = await runtime.createContainer(
      sandboxId,
      aContainer(pod, TEST_IMAGE, { name: `c${index}`, ...overrides }),
    );
    await runtime.startContainer(id);
    ids.push(id);
  }
  return { pod, sandboxId, ip: ips[0] ?? '', ids, id: ids[0] ?? '' };
}

test.before(async (t) => {
  if (found.docker) await ensureTestImage(found.docker);
  else t.log(`skipped: ${found.why}`);
});
test.after.always(async (t) => {
  if (!found.docker) return;
  await runtime.removeAll();
  const label = [`io.troupe.cluster=${clusterId}`];
  t.deepEqual(await docker.listContainers({ all: true, filters: { label } }), []);
  await runtime.close();
});

for (const [promise, check] of Object.entries(runtimeContract)) {
  withDocker(`docker: ${promise}`, async (t) => {
    await check(stage);
    t.pass();
  });
}

withDocker(
  'a pod has its hostname, its own loopback and one process namespace if it shares it; its ports are on the host',
  async (t) => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const hostPort = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    const ports = [{ hostIP: '127.0.0.1', hostPort, containerPort: 80, protocol: 'TCP' as const }];
    const serve = (address: string, text: string) => `echo ${text} >/tmp/index.html; httpd -f -p ${address} -h /tmp`;
    const { sandboxId, ids } = await started(
      { shareProcessNamespace: true, ports },
      script(`echo $(hostname) $HOSTNAME; ps; ${serve('80', 'outside')}`),
      script(serve('127.0.0.1:81', 'loopback')),
    );
    const [first = '', second = ''] = ids;
    await until(async () => (await logText(runtime, first)).includes('/pause'));
    t.regex(await logText(runtime, first), /^web-0 web-0\n/);
    t.regex((await runtime.execSync(second, ['ps'], 5_000)).output, /1 .*\/pause/);
    await until(async () =>
      /(?=[^]*:80 )(?=[^]*:81 )/.test((await runtime.execSync(second, ['netstat', '-ltn'], 5_000)).output),
    );
    for (const [port, text] of [
      [80, 'outside\n'],
      [81, 'loopback\n'],
    ] as const) {
      const [ours, theirs] = streamPair();
      const answer = readAll(theirs);
      await theirs.write(1, Buffer.from('GET / HTTP/1.0\r\n\r\n'));
      await runtime.portForward(sandboxId, port, ours);
      ours.close();
      t.true((await answer).get(1)?.endsWith(`\r\n\r\n${text}`));
    }
    const refused = await runtime.portForward(sandboxId, 82, streamPair()[0]).catch((error: RuntimeError) => error);
    t.regex((refused as RuntimeError).message, /^failed to connect to localhost:82 inside namespace: .*ECONNREFUSED/);
    const inspected = await docker.getContainer(sandboxId).inspect();
    t.is(inspected.NetworkSettings.Ports['80/tcp']?.[0]?.HostPort, String(hostPort));
  },
);

withDocker(
  'a line of 40 kB is one line to tail, and a follower of the tail misses nothing and sees nothing twice',
  async (t) => {
    const long = `i=0; while [ $i -lt 4000 ]; do printf 0123456789; i=$((i+1)); done; echo`;
    const { id } = await started(
      {},
      script(`echo first; ${long}; echo last; sleep 1; echo later; sleep 0.3; echo error >&2; exit 0`),
    );
    await until(async () => (await logText(runtime, id)).includes('last'));
    const tail = await logText(runtime, id, { tailLines: 2 });
    t.is(tail.length, 40_001 + 'last\n'.length);
    const [ours, theirs] = streamPair();
    const followed = readAll(theirs);
    await runtime.logs(id, { follow: true, previous: false, timestamps: false, tailLines: 1 }, ours);
    ours.close();
    t.is((await followed).get(1), 'last\nlater\nerror\n');
    t.is(await logText(runtime, id, { stream: 'Stderr' }), 'error\n');
  },
);

withDocker(
  'a command gets its input to the end, a terminal its size, and one that takes too long is killed',
  async (t) => {
    const { id } = await started({}, { ...script('cat; echo over'), stdin: true, stdinOnce: true });
    const [ours, theirs] = streamPair();
    const output = readAll(theirs);
    const code = runtime.exec(
      id,
      { ...script('cat; stty -a 2>/dev/null; exit 7'), stdin: true, stdout: true, stderr: true, tty: false },
      ours,
    );
    await theirs.write(0, Buffer.from('in and out\n'));
    theirs.end(0);
    t.is(await code, 7);
    ours.close();
    t.is((await output).get(1), 'in and out\n');

    const [terminal, user] = streamPair();
    const screen = readAll(user);
    const tty = runtime.exec(
      id,
      { ...script('read line; stty size'), stdin: true, stdout: true, stderr: false, tty: true },
      terminal,
    );
    await user.write(4, Buffer.from('{"Width":91,"Height":17}'));
    await user.write(0, Buffer.from('x\n'));
    t.is(await tty, 0);
    terminal.close();
    t.regex((await screen).get(1) ?? '', /17 91/);

    await t.throwsAsync(runtime.execSync(id, ['sleep', '77'], 300), { message: 'command ["sleep" "77"] timed out' });
    t.false((await runtime.execSync(id, ['ps'], 5_000)).output.includes('sleep 77'));

    const [attached, client] = streamPair();
    const heard = readAll(client);
    const end = runtime.attach(id, { stdin: true, stdout: true, stderr: true, tty: false }, attached);
    await client.write(0, Buffer.from('attached\n'));
    client.end(0);
    await end;
    attached.close();
    t.is((await heard).get(1), 'attached\nover\n');
  },
);

withDocker(
  'security and limits reach the process: user, groups, read-only root, and memory with OOMKilled',
  async (t) => {
    const base = aContainer(newPod(), TEST_IMAGE);
    const security = {
      ...base.security,
      user: '1000:1001',
      groups: [2002],
      readOnlyRootFilesystem: true,
      noNewPrivileges: true,
      capabilitiesDrop: ['ALL'],
    };
    const { ids } = await started(
      {},
      { ...script('id -u; id -g; id -G; touch /x 2>&1; grep -E "NoNewPrivs|CapBnd" /proc/self/status'), security },
      {
        // Not at once: an OOM before containerd listens for it is lost, and with it Docker's OOMKilled.
        ...script('sleep 1; tail /dev/zero'),
        resources: {
          cpuShares: 2,
          oomScoreAdj: 1000,
          memoryBytes: 16 * 1024 * 1024,
          pidsLimit: 20,
          cpuQuotaMicros: 50_000,
        },
      },
    );
    const [limited = '', greedy = ''] = ids;
    await until(async () => (await runtime.container(limited))?.state === 'exited');
    // Docker may write the last line, and tell of the memory, a moment after the exit.
    await until(async () => (await logText(runtime, limited)).includes('NoNewPrivs'));
    const log = await logText(runtime, limited);
    t.regex(log, /^1000\n1001\n1001 2002\ntouch: \/x: Read-only file system\nCapBnd:\t0+\nNoNewPrivs:\t1\n$/);
    await until(async () => (await runtime.container(greedy))?.oomKilled === true);
    const killed = await runtime.container(greedy);
    t.deepEqual([killed?.oomKilled, killed?.exitCode, killed?.signal], [true, 137, 9]);
  },
);

withDocker('what cannot start says why: no such executable, image or mount source', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-docker-'));
  const { sandboxId, pod } = await started({});
  const create = (name: string, overrides: Partial<ContainerSpec>) =>
    runtime.createContainer(sandboxId, aContainer(pod, TEST_IMAGE, { name, ...overrides }));
  const id = await create('executable', { command: ['/nonexistent'] });
  await t.throwsAsync(runtime.startContainer(id), { message: /exec: "\/nonexistent": .*no such file or directory/ });
  const state = await runtime.container(id);
  t.is(state?.state, 'created');
  t.regex(state?.error ?? '', /no such file or directory/);
  const noImage = await t.throwsAsync<RuntimeError>(create('image', { image: 'troupe/absent:1' }));
  t.is(noImage?.kind, 'image-not-found');
  const mounts = [{ hostPath: join(directory, 'absent'), containerPath: '/data', readOnly: false }];
  await t.throwsAsync(create('mount', { mounts }), { message: /bind source path does not exist/ });
  const busy = await t.throwsAsync<RuntimeError>(
    runtime.createSandbox(
      aSandbox(newPod(), { ports: [{ hostIP: '192.0.2.1', hostPort: 80, containerPort: 80, protocol: 'TCP' }] }),
    ),
  );
  t.is(busy?.kind, 'start-failed');
  await rm(directory, { recursive: true });
});

/** Stands before the engine's socket, and can be away. */
async function aCut(path: string) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const engine = connect('/var/run/docker.sock');
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy()).on('close', () => sockets.delete(from));
    }
  });
  const listen = () => new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await listen();
  return { listen, cut };
}

withDocker('while Docker is away nothing has ended; what did end meanwhile is told once it is back', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-docker-'));
  const socketPath = join(directory, 'docker.sock');
  const line = await aCut(socketPath);
  const distant = new DockerRuntime({
    docker: { socketPath },
    nodeName: 'test',
    clusterId,
    clock,
    logger: silentLogger,
  });
  const { id } = await started({}, script(RUNS));
  const told: string[] = [];
  let resyncs = 0;
  const watch = distant.watch(
    (event) => told.push(`${event.kind} ${event.id}`),
    () => resyncs++,
  );
  await distant.list();
  await pause(300);
  await line.cut();
  const away = await t.throwsAsync<RuntimeError>(distant.list());
  t.is(away?.kind, 'unavailable');
  await docker.getContainer(id).kill();
  t.deepEqual([told, resyncs], [[], 0]);
  await line.listen();
  await until(() => told.includes(`exited ${id}`));
  t.is(resyncs, 1);
  watch.close();
  await distant.close();
  await line.cut();
  await rm(directory, { recursive: true });
});
