/** Lifecycle hooks: exec, httpGet, sleep. */
import { sleep } from '../../runtime/process/clock.js';
import type { Container } from '../../schemas/meta/object.js';
import { httpRequest, urlOf } from '../probes/run-probe.js';
import type { PodServices } from './pod-services.js';

type Handler = NonNullable<NonNullable<Container['lifecycle']>['postStart']>;

/** As long as a hook may take where nothing else bounds it: two days, in words of the limit that every wait needs. */
const HOOK_MS_MAX = 172_800_000;

/** Rejects with the kubelet's words; with the signal's reason when that ends it. */
export async function runHook(
  services: PodServices,
  handler: Handler,
  target: { readonly container: Container; readonly id: string; readonly podIP: string },
  timeoutMs = HOOK_MS_MAX,
  signal?: AbortSignal,
): Promise<void> {
  const work = hook(services, handler, target, timeoutMs, signal);
  if (!signal) return work;
  work.catch(() => undefined); // It may fail after nobody waits for it any more.
  const ended = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  ended.catch(() => undefined);
  await Promise.race([work, ended]);
}

async function hook(
  services: PodServices,
  handler: Handler,
  { container, id, podIP }: { readonly container: Container; readonly id: string; readonly podIP: string },
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  if (handler.exec) {
    const command = handler.exec.command ?? [];
    const { exitCode, output } = await services.runtime.execSync(id, command, timeoutMs);
    if (exitCode !== 0) throw new Error(`command '${command.join(' ')}' exited with ${exitCode}: ${output}`);
  } else if (handler.httpGet) {
    const request = httpRequest(handler.httpGet, container, podIP, Math.min(timeoutMs, 30_000));
    const { status } = await services.transport.http(request);
    if (status < 200 || status >= 400)
      throw new Error(`HTTP hook ${urlOf(request)} answered with statuscode: ${status}`);
  } else if (handler.sleep) {
    await sleep(services.clock, Math.min(handler.sleep.seconds * 1_000, timeoutMs), signal);
  }
}
