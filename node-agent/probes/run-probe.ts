/** One try of a probe's or a hook's handler. Its messages are the kubelet's. */
import type { Container } from '../../schemas/meta/object.js';
import { type ContainerRuntime, RuntimeError } from '../containers/container-runtime.js';
import { goDuration } from '../agent/go-duration.js';
import type { ExecSlots } from './exec-slots.js';
import type { HttpProbeRequest, ProbeTransport } from './probe-transport.js';

export type Probe = NonNullable<Container['readinessProbe']>;
export type HttpGet = NonNullable<Probe['httpGet']>;

export interface ProbeTarget {
  readonly container: Container;
  readonly containerId: string;
  readonly podIP: string;
}

export interface ProbeMeans {
  readonly runtime: ContainerRuntime;
  readonly transport: ProbeTransport;
  readonly slots: ExecSlots;
}

/** `errored`: the try itself could not be made; told in other words, and counted as a failure. */
export type ProbeResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly message: string }
  | { readonly kind: 'errored'; readonly message: string };

const success: ProbeResult = { kind: 'success' };
const OUTPUT_CHARACTERS_MAX = 10_240;

/** Never rejects. */
export async function runProbe(probe: Probe, target: ProbeTarget, means: ProbeMeans): Promise<ProbeResult> {
  const timeoutMs = (probe.timeoutSeconds || 1) * 1_000;
  try {
    if (probe.exec) return await means.slots.run(() => execProbe(probe.exec!.command ?? [], target, means, timeoutMs));
    if (probe.httpGet) return await httpProbe(probe.httpGet, target, means, timeoutMs);
    const host = probe.tcpSocket?.host || target.podIP;
    if (probe.tcpSocket) {
      const port = portOf(probe.tcpSocket.port, target.container);
      return await attempt(() => means.transport.tcp(host, port, timeoutMs));
    }
    if (probe.grpc) return await grpcProbe(probe.grpc, target, means, timeoutMs);
    return { kind: 'errored', message: `missing probe handler for ${target.container.name}` };
  } catch (error) {
    return { kind: 'errored', message: (error as Error).message };
  }
}

async function attempt(work: () => Promise<void>): Promise<ProbeResult> {
  try {
    await work();
    return success;
  } catch (error) {
    return { kind: 'failure', message: (error as Error).message };
  }
}

async function execProbe(
  command: readonly string[],
  target: ProbeTarget,
  means: ProbeMeans,
  timeoutMs: number,
): Promise<ProbeResult> {
  try {
    const { exitCode, output } = await means.runtime.execSync(target.containerId, command, timeoutMs);
    return exitCode === 0 ? success : { kind: 'failure', message: output.slice(0, OUTPUT_CHARACTERS_MAX) };
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.kind !== 'timeout') throw error;
    return {
      kind: 'failure',
      message: `command timed out: "${command.join(' ')}" timed out after ${goDuration(timeoutMs)}`,
    };
  }
}

async function httpProbe(
  get: HttpGet,
  target: ProbeTarget,
  means: ProbeMeans,
  timeoutMs: number,
): Promise<ProbeResult> {
  const request = httpRequest(get, target.container, target.podIP, timeoutMs);
  let status: number;
  try {
    ({ status } = await means.transport.http(request));
  } catch (error) {
    return { kind: 'failure', message: `Get "${urlOf(request)}": ${(error as Error).message}` };
  }
  if (status >= 200 && status < 400) return success;
  return { kind: 'failure', message: `HTTP probe failed with statuscode: ${status}` };
}

async function grpcProbe(
  grpc: NonNullable<Probe['grpc']>,
  target: ProbeTarget,
  means: ProbeMeans,
  timeoutMs: number,
): Promise<ProbeResult> {
  try {
    const answer = await means.transport.grpc(target.podIP, grpc.port, grpc.service ?? '', timeoutMs);
    return answer === 'SERVING'
      ? success
      : { kind: 'failure', message: `service unhealthy (responded with "${answer}")` };
  } catch (error) {
    return { kind: 'failure', message: (error as Error).message };
  }
}

/** Throws Error for a name that no port of the container has. */
function portOf(port: number | string, container: Container): number {
  if (typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  const named = container.ports?.find(({ name }) => name === port);
  if (!named) throw new Error(`strconv.Atoi: parsing "${port}": invalid syntax`);
  return named.containerPort;
}

export function httpRequest(get: HttpGet, container: Container, podIP: string, timeoutMs: number): HttpProbeRequest {
  const headers = (get.httpHeaders ?? []).map(({ name, value }) => [name, value] as const);
  const has = (wanted: string) => headers.some(([name]) => name.toLowerCase() === wanted);
  return {
    scheme: get.scheme === 'HTTPS' ? 'https' : 'http',
    host: get.host || podIP,
    port: portOf(get.port, container),
    path: `/${(get.path ?? '').replace(/^\//, '')}`,
    headers: [
      ...headers,
      ...(has('user-agent') ? [] : ([['User-Agent', 'kube-probe/1.36']] as const)),
      ...(has('accept') ? [] : ([['Accept', '*/*']] as const)),
    ],
    timeoutMs,
  };
}

export function urlOf({ scheme, host, port, path }: HttpProbeRequest): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
}
