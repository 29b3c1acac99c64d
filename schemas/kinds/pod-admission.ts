/** What Kubernetes' default admission plug-ins do to a pod at its creation: ServiceAccount, Priority, DefaultTolerationSeconds. */
import { ForbiddenError } from '../errors.js';
import type { Container, Pod, PodSpec, PriorityClass, ServiceAccount, Toleration, Volume } from '../meta/object.js';
import { MIRROR } from './pod-annotations.js';

/** What must be known beside the pod. */
export interface PodAdmissionFacts {
  readonly priorityClasses: readonly PriorityClass[];
  /** The account that the pod names, or `default`; undefined when there is none of that name. */
  readonly serviceAccount?: ServiceAccount;
  /** Makes the name of the token's volume unique: five letters or digits. */
  readonly suffix: string;
}

const TOKEN_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_VOLUME_PREFIX = 'kube-api-access-';
/** An hour and a few seconds: the few seconds mark tokens that nobody asked for. */
const TOKEN_SECONDS = 3607;
const EVICTION_SECONDS = 300;

function forbid(pod: Pod, why: string): never {
  throw new ForbiddenError({ group: '', resource: 'pods', name: pod.metadata.name ?? '' }, why);
}

function tokenVolume(name: string): Volume {
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
      ],
      defaultMode: 0o644,
    },
  };
}

/** The containers with the token mounted; those that mount something of their own there, as they are. */
function withTokenMount(containers: readonly Container[], name: string): Container[] {
  return containers.map((container) => {
    const mounts = container.volumeMounts ?? [];
    if (mounts.some(({ mountPath }) => mountPath === TOKEN_DIRECTORY)) return container;
    return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath: TOKEN_DIRECTORY }] };
  });
}

function mountToken(spec: Partial<PodSpec>, suffix: string): void {
  const existing = spec.volumes?.find(({ name, projected }) => projected && name?.startsWith(TOKEN_VOLUME_PREFIX));
  const name = existing?.name ?? TOKEN_VOLUME_PREFIX + suffix;
  const { containers = [], initContainers } = spec;
  const isMissing = [...containers, ...(initContainers ?? [])].some(
    ({ volumeMounts }) => !volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_DIRECTORY),
  );
  if (!isMissing) return;
  spec.containers = withTokenMount(containers, name);
  if (initContainers) spec.initContainers = withTokenMount(initContainers, name);
  if (!existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function admitAccount(pod: Pod, { serviceAccount, suffix }: PodAdmissionFacts): void {
  const { spec, metadata } = pod;
  if (metadata.annotations?.[MIRROR] !== undefined) {
    if (spec.serviceAccountName) forbid(pod, 'a mirror pod may not reference service accounts');
    return;
  }
  spec.serviceAccountName ||= spec.serviceAccount || 'default';
  spec.serviceAccount = spec.serviceAccountName;
  const name = spec.serviceAccountName;
  if (!serviceAccount) {
    const where = `${metadata.namespace}/${name}`;
    forbid(pod, `error looking up service account ${where}: serviceaccount ${JSON.stringify(name)} not found`);
  }
  const mounts = spec.automountServiceAccountToken ?? serviceAccount.automountServiceAccountToken ?? true;
  if (mounts) mountToken(spec, suffix);
  const secrets = serviceAccount.imagePullSecrets;
  if (!spec.imagePullSecrets?.length && secrets?.length) spec.imagePullSecrets = [...secrets];
}

/** The lowest of the classes that call themselves the default. */
function defaultClass(classes: readonly PriorityClass[]): PriorityClass | undefined {
  let lowest: PriorityClass | undefined;
  for (const one of classes) {
    if (one.globalDefault && (!lowest || (one.value ?? 0) < (lowest.value ?? 0))) lowest = one;
  }
  return lowest;
}

function classOf(pod: Pod, classes: readonly PriorityClass[]): PriorityClass | undefined {
  const { spec } = pod;
  const name = spec.priorityClassName;
  if (!name) {
    const chosen = defaultClass(classes);
    if (chosen) spec.priorityClassName = chosen.metadata.name;
    return chosen;
  }
  const found = classes.find(({ metadata }) => metadata.name === name);
  return found ?? forbid(pod, `no PriorityClass with name ${name} was found`);
}

function admitPriority(pod: Pod, { priorityClasses }: PodAdmissionFacts): void {
  const { spec } = pod;
  const chosen = classOf(pod, priorityClasses);
  const priority = chosen?.value ?? 0;
  const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority';
  const computed = (value: number | string) =>
    `must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`;
  if (spec.priority !== undefined && spec.priority !== priority) {
    forbid(pod, `the integer value of priority (${spec.priority}) ${computed(priority)}`);
  }
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
    forbid(pod, `the string value of PreemptionPolicy (${spec.preemptionPolicy}) ${computed(policy)}`);
  }
  spec.priority = priority;
  spec.preemptionPolicy = policy as PodSpec['preemptionPolicy'];
}

function tolerates(tolerations: readonly Toleration[], key: string): boolean {
  return tolerations.some((one) => (!one.key || one.key === key) && (!one.effect || one.effect === 'NoExecute'));
}

function admitTolerations({ spec }: Pod): void {
  const tolerations = spec.tolerations ?? [];
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerates(tolerations, key),
  );
  if (missing.length === 0) return;
  const added = missing.map((key): Toleration => {
    return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: EVICTION_SECONDS };
  });
  spec.tolerations = [...tolerations, ...added];
}

/**
 * Completes a new pod: changes only `pod.spec` itself and never what hangs on it, so containers may be shared with a template.
 * Repeatable. Throws ForbiddenError: unknown account, unknown priority class, a priority that the client made up.
 */
export function admitPod(pod: Pod, facts: PodAdmissionFacts): void {
  pod.spec = { ...pod.spec };
  admitPriority(pod, facts);
  admitTolerations(pod);
  admitAccount(pod, facts);
}
