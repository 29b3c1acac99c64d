/** What every ContainerRuntime promises. Plain functions, so that the tests of an adapter and of deliberately broken ones run the same checks. */
import assert from 'node:assert/strict';
import {
  type ContainerRuntime,
  type ContainerSpec,
  type PodIdentity,
  RuntimeError,
  type RuntimeEvent,
  type SandboxSpec,
} from '../../node-agent/containers/container-runtime.js';
import type { LogOptions } from '../../schemas/messages/node-link.js';
import { streamPair } from '../../bus/memory-stream.js';
import { readAll } from './read-all.js';

/** One machine with its runtime. */
export interface RuntimeStage {
  readonly runtime: ContainerRuntime;
  /** An image that is there, and a name of which there is none anywhere. */
  readonly image: string;
  readonly missingImage: string;
  /** What makes a container of this runtime run until it is stopped, having written some lines; or end at once with this code. */
  behave(spec: ContainerSpec, behaviour: 'runs' | { readonly exits: number }): ContainerSpec;
  /** A pod that no other check has used. */
  newPod(): PodIdentity;
  /** A second runtime on the same machine, as after a restart of the agent. */
  restarted(): ContainerRuntime;
  /** Lets time pass until the condition holds; fails after 20 s. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

export type RuntimeCheck = (stage: RuntimeStage) => Promise<void>;

export function aSandbox(pod: PodIdentity, overrides: Partial<SandboxSpec> = {}): SandboxSpec {
  const namespaces = { hostNetwork: false, hostPID: false, hostIPC: false, shareProcessNamespace: false };
  return { pod, attempt: 0, hostname: pod.name, ...namespaces, ports: [], sysctls: {}, labels: {}, ...overrides };
}

export function aContainer(pod: PodIdentity, image: string, overrides: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    pod,
    name: 'main',
    kind: 'main',
    attempt: 0,
    image,
    env: [],
    mounts: [],
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: { cpuShares: 2, oomScoreAdj: 1000 },
    security: {
      privileged: false,
      capabilitiesAdd: [],
      capabilitiesDrop: [],
      readOnlyRootFilesystem: false,
      noNewPrivileges: false,
      maskedPathsDefault: true,
    },
    labels: {},
    ...overrides,
  };
}

export async function logText(
  runtime: ContainerRuntime,
  id: string,
  options: Partial<LogOptions> = {},
): Promise<string> {
  const [ours, theirs] = streamPair();
  const text = readAll(theirs);
  await runtime.logs(id, { follow: false, previous: false, timestamps: false, ...options }, ours);
  ours.close();
  return (await text).get(1) ?? '';
}

async function running(stage: RuntimeStage, overrides: Partial<ContainerSpec> = {}) {
  const pod = stage.newPod();
  const sandbox = await stage.runtime.createSandbox(aSandbox(pod));
  const spec = stage.behave(aContainer(pod, stage.image, overrides), 'runs');
  const id = await stage.runtime.createContainer(sandbox.id, spec);
  await stage.runtime.startContainer(id);
  return { pod, sandbox, spec, id };
}

async function cleaned(stage: RuntimeStage, sandboxId: string, ...ids: string[]): Promise<void> {
  for (const id of ids) await stage.runtime.removeContainer(id);
  await stage.runtime.removeSandbox(sandboxId);
}

const kindOf = (error: unknown) => (error instanceof RuntimeError ? error.kind : String(error));
const failure = (promise: Promise<unknown>) => promise.then(() => 'nothing failed', kindOf);

export const runtimeContract: Readonly<Record<string, RuntimeCheck>> = {
  'a sandbox asked for twice is one sandbox, with an address, and the next attempt is another': async (stage) => {
    const pod = stage.newPod();
    const first = await stage.runtime.createSandbox(aSandbox(pod));
    const again = await stage.runtime.createSandbox(aSandbox(pod));
    assert.equal(again.id, first.id);
    assert.equal(first.running, true);
    assert.equal(first.ips.length >= 1, true);
    assert.deepEqual(first.pod, pod);
    const next = await stage.runtime.createSandbox(aSandbox(pod, { attempt: 1 }));
    assert.notEqual(next.id, first.id);
    assert.equal(next.attempt, 1);
    await stage.runtime.stopSandbox(first.id);
    await stage.runtime.stopSandbox(first.id);
    assert.equal((await stage.runtime.sandbox(first.id))?.running, false);
    await cleaned(stage, first.id);
    await cleaned(stage, next.id);
    await stage.runtime.removeSandbox(first.id);
    assert.equal(await stage.runtime.sandbox(first.id), undefined);
  },

  'a container is created, runs and ends with its exit code, and each step may be repeated': async (stage) => {
    const { runtime } = stage;
    const pod = stage.newPod();
    const { id: sandboxId } = await runtime.createSandbox(aSandbox(pod));
    const spec = stage.behave(aContainer(pod, stage.image, { kind: 'init', attempt: 2, labels: { 'a/b': 'c' } }), {
      exits: 3,
    });
    const id = await runtime.createContainer(sandboxId, spec);
    assert.equal(await runtime.createContainer(sandboxId, spec), id);
    assert.equal((await runtime.container(id))?.state, 'created');
    await runtime.startContainer(id);
    await stage.until(async () => (await runtime.container(id))?.state === 'exited');
    const state = await runtime.container(id);
    assert.deepEqual([state?.name, state?.kind, state?.attempt, state?.labels['a/b']], ['main', 'init', 2, 'c']);
    assert.equal(state?.exitCode, 3);
    assert.equal((state?.startedAtMs ?? 0) >= (state?.createdAtMs ?? 1), true);
    assert.equal((state?.finishedAtMs ?? 0) >= (state?.startedAtMs ?? 1), true);
    await cleaned(stage, sandboxId, id);
    await runtime.removeContainer(id);
    assert.equal(await runtime.container(id), undefined);
  },

  'a stopped container has exited, and stopping it again or when it is gone is no error': async (stage) => {
    const { id, sandbox } = await running(stage);
    const stopped = stage.runtime.stopContainer(id, 1);
    let done = false;
    void stopped.then(() => (done = true));
    await stage.until(() => done);
    assert.equal((await stage.runtime.container(id))?.state, 'exited');
    await stage.runtime.stopContainer(id, 1);
    await cleaned(stage, sandbox.id, id);
    await stage.runtime.stopContainer(id, 1);
    assert.equal(await failure(stage.runtime.startContainer(id)), 'not-found');
  },

  'an agent that has restarted finds everything that runs, with identities and start times': async (stage) => {
    const { id, pod, sandbox } = await running(stage, { attempt: 4 });
    const before = await stage.runtime.container(id);
    const second = stage.restarted();
    const { sandboxes, containers } = await second.list();
    assert.deepEqual(sandboxes.find((found) => found.id === sandbox.id)?.pod, pod);
    const found = containers.find((container) => container.id === id);
    assert.deepEqual(found, before);
    assert.deepEqual([found?.state, found?.attempt, found?.pod], ['running', 4, pod]);
    await second.close();
    await cleaned(stage, sandbox.id, id);
    assert.equal(
      (await stage.runtime.list()).containers.some((container) => container.id === id),
      false,
    );
  },

  'who watches is told of a start, an exit and a removal, and of nothing after it has closed': async (stage) => {
    const events: RuntimeEvent[] = [];
    const watch = stage.runtime.watch(
      (event) => events.push(event),
      () => {},
    );
    const { id, pod, sandbox } = await running(stage);
    const told = (kind: string) =>
      events.some((event) => event.id === id && event.kind === kind && event.pod.uid === pod.uid);
    await stage.until(() => told('started'));
    void stage.runtime.stopContainer(id, 0);
    await stage.until(() => told('exited'));
    await stage.runtime.removeContainer(id);
    await stage.until(() => told('removed'));
    watch.close();
    const count = events.length;
    await cleaned(stage, sandbox.id);
    assert.equal(events.length, count);
  },

  'a command in a container answers with its code and output': async (stage) => {
    const { id, sandbox } = await running(stage);
    assert.deepEqual(await stage.runtime.execSync(id, ['echo', 'hello'], 5_000), { exitCode: 0, output: 'hello\n' });
    assert.equal((await stage.runtime.execSync(id, ['false'], 5_000)).exitCode, 1);
    const [ours, theirs] = streamPair();
    const output = readAll(theirs);
    const options = { command: ['echo', 'streamed'], stdin: false, stdout: true, stderr: true, tty: false };
    assert.equal(await stage.runtime.exec(id, options, ours), 0);
    ours.close();
    assert.equal((await output).get(1), 'streamed\n');
    await cleaned(stage, sandbox.id, id);
  },

  'a log is cut by tail and limit, and each line has its time where that is asked': async (stage) => {
    const { id, sandbox } = await running(stage);
    await stage.until(async () => (await logText(stage.runtime, id)).split('\n').length > 2);
    const whole = await logText(stage.runtime, id);
    const lines = whole.split('\n').slice(0, -1);
    assert.equal(await logText(stage.runtime, id, { tailLines: 1 }), `${lines.at(-1)}\n`);
    assert.equal(await logText(stage.runtime, id, { tailLines: 0 }), '');
    assert.equal(await logText(stage.runtime, id, { limitBytes: 5 }), whole.slice(0, 5));
    const stamped = await logText(stage.runtime, id, { timestamps: true, tailLines: 1 });
    assert.match(stamped, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /);
    assert.equal(stamped.slice(31), `${lines.at(-1)}\n`);
    assert.equal(await logText(stage.runtime, id, { sinceTime: '2100-01-01T00:00:00Z' }), '');
    assert.equal(await logText(stage.runtime, id, { stream: 'Stderr' }), '');
    await cleaned(stage, sandbox.id, id);
  },

  'an image is known or not, and pulling one that exists nowhere says so': async (stage) => {
    assert.equal(typeof (await stage.runtime.image(stage.image))?.id, 'string');
    assert.equal(await stage.runtime.image(stage.missingImage), undefined);
    assert.match(
      await failure(stage.runtime.pullImage(stage.missingImage, undefined)),
      /^(image-not-found|pull-failed)$/,
    );
    assert.equal((await stage.runtime.listImages()).length > 0, true);
  },
};
