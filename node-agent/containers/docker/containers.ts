/** The life of a pod's containers in Docker. */
import { readFile } from 'node:fs/promises';
import type { ContainerInspectInfo } from 'dockerode';
import { type ContainerSpec, type ContainerState, RuntimeError } from '../container-runtime.js';
import { containerOptions } from './container-options.js';
import { type Engine, messageOf } from './engine.js';
import { type Labels, labels, type Owner, podOf, containerNameOf } from './identity.js';
import { removeForcibly } from './remove.js';
import type { DockerSandboxes } from './sandboxes.js';

const SIGNALLED = 128;
const SIGKILL_EXIT = 137;

/** Docker writes year 1 for "never". */
function timeOf(text: string | undefined): number | undefined {
  const ms = text ? Date.parse(text) : Number.NaN;
  return ms > 0 ? ms : undefined;
}

function stateNameOf(status: string): ContainerState['state'] {
  if (status === 'exited' || status === 'dead' || status === 'removing') return 'exited';
  return status === 'created' ? 'created' : 'running'; // A paused one still runs, as far as its pod is concerned.
}

function exitOf({ State: state }: ContainerInspectInfo): Partial<ContainerState> {
  const { ExitCode: exitCode } = state;
  return {
    exitCode,
    ...(exitCode > SIGNALLED && exitCode < SIGNALLED + 65 ? { signal: exitCode - SIGNALLED } : {}),
    // Docker says OOMKilled also when only a child was killed and the container went on to end by itself.
    oomKilled: state.OOMKilled && exitCode === SIGKILL_EXIT,
    // Two processes of Docker's take the two times: one that ended at once may seem to have ended before it began.
    finishedAtMs: Math.max(timeOf(state.FinishedAt) ?? 0, timeOf(state.StartedAt) ?? 0) || undefined,
  };
}

function containerStateOf(found: ContainerInspectInfo): ContainerState {
  const known: Labels = found.Config.Labels;
  const state = stateNameOf(found.State.Status);
  return {
    id: found.Id,
    pod: podOf(known),
    name: known[labels.containerName] ?? '',
    kind: (known[labels.containerKind] ?? 'main') as ContainerState['kind'],
    attempt: Number(known[labels.attempt] ?? 0),
    state,
    ...(state === 'exited' ? exitOf(found) : {}),
    ...(found.State.Error ? { error: found.State.Error } : {}),
    createdAtMs: Date.parse(found.Created),
    startedAtMs: timeOf(found.State.StartedAt),
    image: found.Config.Image,
    imageId: found.Image,
    labels: known,
  };
}

export class DockerContainers {
  constructor(
    private readonly engine: Engine,
    private readonly owner: Owner,
    private readonly sandboxes: DockerSandboxes,
  ) {}

  async create(sandboxId: string, spec: ContainerSpec): Promise<string> {
    const sandbox = await this.sandboxes.namespaces(sandboxId);
    const machine = {
      oomScoreAdjMin: await this.sandboxes.oomScoreAdjMin(),
      seccompProfile: await this.seccompProfile(spec),
    };
    const options = containerOptions(spec, this.owner, sandbox, machine);
    try {
      return (await this.engine.urgent((docker) => docker.createContainer(options))).id;
    } catch (error) {
      const existing = await this.inspect(containerNameOf(spec));
      if (existing) return existing.Id;
      throw /No such image/i.test(messageOf(error)) ? new RuntimeError('image-not-found', messageOf(error)) : error;
    }
  }

  /** Repeatable. Throws `start-failed` with the engine's words, e.g. that the executable is not there. */
  async start(id: string): Promise<void> {
    await this.engine.urgent((docker) => docker.getContainer(id).start(), 'start-failed');
  }

  async find(id: string): Promise<ContainerState | undefined> {
    const found = await this.inspect(id);
    return found && containerStateOf(found);
  }

  remove(id: string): Promise<void> {
    return removeForcibly(this.engine, id);
  }

  private inspect(id: string): Promise<ContainerInspectInfo | undefined> {
    return this.engine.find((docker) => docker.getContainer(id).inspect());
  }

  private async seccompProfile({ security }: ContainerSpec): Promise<string | undefined> {
    if (typeof security.seccomp !== 'object') return undefined;
    const { localhostPath } = security.seccomp;
    return readFile(localhostPath, 'utf8').catch(() => {
      throw new RuntimeError('invalid', `cannot load seccomp profile "${localhostPath}"`);
    });
  }
}
