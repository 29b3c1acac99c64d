/** Makes sure that a container's image is on the machine, by its pull policy; with the kubelet's events, reasons and back-off. */
import { pullPolicyOf } from '../../schemas/kinds/pod-image-pull-policy.js';
import type { Container, Pod, Secret } from '../../schemas/meta/object.js';
import { type ImageInfo, type RegistryAuth, RuntimeError } from '../containers/container-runtime.js';
import { agentLimits } from './agent-limits.js';
import { goDuration } from './go-duration.js';
import type { PodServices } from './pod-services.js';
import { authsFor } from './registry-auth.js';
import type { RestartBackOff } from './restart-back-off.js';
import { StartError } from './start-error.js';

/** After a failed pull the status says ErrImagePull this long, then ImagePullBackOff. */
const TOLD_AS_ERROR_MS = 2_000;

/** Throws StartError (ErrImagePull, ImagePullBackOff, ErrImageNeverPull), RuntimeError `unavailable`. */
export async function ensureImage(
  services: PodServices,
  pod: Pod,
  container: Container,
  backOff: RestartBackOff,
): Promise<ImageInfo> {
  const reference = container.image ?? '';
  const policy = container.imagePullPolicy ?? pullPolicyOf(reference);
  const present = await services.runtime.image(reference);
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    services.event(pod, type, reason, message, container.name);
  if (present && policy !== 'Always') {
    event(
      'Normal',
      'Pulled',
      `Container image "${reference}" already present on machine and can be accessed by the pod`,
    );
    return present;
  }
  if (policy === 'Never') {
    const message = `Container image "${reference}" is not present with pull policy of Never`;
    event('Warning', 'ErrImageNeverPull', message);
    throw new StartError('ErrImageNeverPull', message, agentLimits.backOffMs);
  }
  const key = `image ${reference}`;
  waitForBackOff(services, key, reference, backOff, event);
  return pull(services, pod, container, key, backOff, event);
}

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

/** What the last pull of this pod's image said, for the message of the back-off. */
const lastErrors = new WeakMap<RestartBackOff, Map<string, string>>();

function waitForBackOff(
  services: PodServices,
  key: string,
  reference: string,
  backOff: RestartBackOff,
  event: Tell,
): void {
  const nowMs = services.clock.monotonic();
  const wait = backOff.waitSinceUpdate(key, nowMs);
  if (!wait) return;
  const message = `Back-off pulling image "${reference}"`;
  event('Normal', 'BackOff', message);
  const why = lastErrors.get(backOff)?.get(key);
  throw new StartError('ImagePullBackOff', why ? `${message}: ErrImagePull: ${why}` : message, wait.untilMs - nowMs);
}

async function pull(
  services: PodServices,
  pod: Pod,
  container: Container,
  key: string,
  backOff: RestartBackOff,
  event: Tell,
): Promise<ImageInfo> {
  const reference = container.image ?? '';
  event('Normal', 'Pulling', `Pulling image "${reference}"`);
  const startedMs = services.clock.monotonic();
  try {
    const image = await pullWithAnyAuth(services, pod, reference);
    const took = goDuration(services.clock.monotonic() - startedMs);
    event(
      'Normal',
      'Pulled',
      `Successfully pulled image "${reference}" in ${took} (${took} including waiting). Image size: ${image.sizeBytes} bytes.`,
    );
    backOff.reset(key);
    return image;
  } catch (error) {
    if (error instanceof RuntimeError && error.kind === 'unavailable') throw error;
    const { message } = error as Error;
    event('Warning', 'Failed', `Failed to pull image "${reference}": ${message}`);
    const nowMs = services.clock.monotonic();
    backOff.next(key, nowMs, nowMs);
    const errors = lastErrors.get(backOff) ?? new Map<string, string>();
    lastErrors.set(backOff, errors.set(key, message));
    throw new StartError('ErrImagePull', message, TOLD_AS_ERROR_MS);
  }
}

async function pullWithAnyAuth(services: PodServices, pod: Pod, reference: string): Promise<ImageInfo> {
  let last: unknown;
  for (const auth of await authsOf(services, pod, reference)) {
    try {
      return await services.runtime.pullImage(reference, auth);
    } catch (error) {
      last = error;
      if (!(error instanceof RuntimeError) || (error.kind !== 'unauthorized' && error.kind !== 'image-not-found'))
        break;
    }
  }
  throw last;
}

/** The pod's credentials that fit, else none at all. */
async function authsOf(services: PodServices, pod: Pod, reference: string): Promise<(RegistryAuth | undefined)[]> {
  const names = (pod.spec.imagePullSecrets ?? []).map(({ name }) => name ?? '').filter(Boolean);
  if (names.length === 0) return [undefined];
  const secrets = await Promise.all(names.map((name) => services.config.secret(pod.metadata.namespace ?? '', name)));
  const auths = authsFor(
    reference,
    secrets.filter((secret): secret is Secret => secret !== undefined),
  );
  return auths.length > 0 ? auths : [undefined];
}
