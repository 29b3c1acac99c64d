/** exec, attach, port-forward and logs of the node's pods. Errors travel as the stream's end, in Kubernetes' words. */
import type { BusStream } from '../../bus/stream.js';
import { BadRequestError, InternalError, NotFoundError, StatusError, type Status } from '../../schemas/errors.js';
import { type StreamOpen, streamChannel } from '../../schemas/messages/node-link.js';
import type { ContainerRuntime } from '../containers/container-runtime.js';
import { RuntimeError } from '../containers/container-runtime.js';
import type { PodActor } from './pod-actor.js';
import { containerNamed, namesOfContainers } from './pod-facts.js';

type Find = (open: StreamOpen) => PodActor | undefined;

/** Never rejects; the stream is closed when it returns. */
export async function serveStream(
  runtime: ContainerRuntime,
  find: Find,
  open: StreamOpen,
  stream: BusStream,
): Promise<void> {
  try {
    const actor = find(open);
    if (!actor || (open.uid && actor.uid !== open.uid))
      throw new NotFoundError({ group: '', resource: 'pods', name: open.pod });
    await serve(runtime, actor, open, stream);
    stream.close();
  } catch (error) {
    stream.close(asStatus(error as Error));
  }
}

function asStatus(error: Error): Error {
  if (error instanceof StatusError) return error;
  if (error instanceof RuntimeError && error.kind === 'not-found') return new BadRequestError(error.message);
  return new InternalError(error.message);
}

async function serve(runtime: ContainerRuntime, actor: PodActor, open: StreamOpen, stream: BusStream): Promise<void> {
  if (open.kind === 'portForward') {
    const { sandbox } = actor;
    if (!sandbox?.running)
      throw new BadRequestError(
        `unable to forward port because pod is not running. Current status=${actor.status().phase}`,
      );
    return runtime.portForward(sandbox.id, open.port, stream);
  }
  if (open.kind === 'logs') return runtime.logs(idForLogs(actor, open), open.options, stream);
  const id = runningId(actor, open.container);
  if (open.kind === 'attach') {
    await runtime.attach(id, open, stream);
    return writeStatus(stream, 0);
  }
  await writeStatus(stream, await runtime.exec(id, open, stream));
}

function checkName(actor: PodActor, name: string): void {
  if (containerNamed(actor.pod, name)) return;
  const all = namesOfContainers(actor.pod).join(' ');
  if (name) throw new BadRequestError(`container ${name} is not valid for pod ${actor.pod.metadata.name}`);
  throw new BadRequestError(
    `a container name must be specified for pod ${actor.pod.metadata.name}, choose one of: [${all}]`,
  );
}

function idForLogs(actor: PodActor, open: StreamOpen & { kind: 'logs' }): string {
  const { container: name, options } = open;
  checkName(actor, name);
  const where = `container "${name}" in pod "${open.pod}"`;
  const known = actor.container(name);
  if (options.previous) {
    // A container that waits to be started again has its end as the previous one.
    const waiting = known?.current.state === 'exited' && actor.waitingReason(name) !== undefined;
    const previous = waiting ? known.current : known?.previous;
    if (!previous) throw new BadRequestError(`previous terminated ${where} not found`);
    return previous.id;
  }
  if (known) return known.current.id;
  const reason =
    actor.waitingReason(name) ?? (actor.pod.spec.initContainers?.length ? 'PodInitializing' : 'ContainerCreating');
  if (/Image/.test(reason)) throw new BadRequestError(`${where} is waiting to start: trying and failing to pull image`);
  throw new BadRequestError(`${where} is waiting to start: ${reason}`);
}

function runningId(actor: PodActor, name: string): string {
  checkName(actor, name);
  const known = actor.container(name);
  if (known?.current.state === 'running') return known.current.id;
  if (known)
    throw new BadRequestError(
      `cannot exec into a container in a completed pod; current phase is ${actor.status().phase}`,
    );
  throw new BadRequestError(`container ${name} is not created or running`);
}

/** The Status that ends exec and attach, on the error channel. */
async function writeStatus(stream: BusStream, exitCode: number): Promise<void> {
  const status: Status =
    exitCode === 0
      ? { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }
      : {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: `command terminated with non-zero exit code: exit status ${exitCode}`,
          reason: 'NonZeroExitCode',
          details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
        };
  await stream.write(streamChannel.error, Buffer.from(JSON.stringify(status)));
}
