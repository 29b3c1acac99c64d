/** Pods: what Troupe knows about them, in one place. The rules are in the files beside this one. */
import type { KubeObject } from '../meta/object.js';
import { isTerminalPhase } from '../meta/pod-phase.js';
import { defineKind, STATUS_VERBS } from './define-kind.js';
import type { Subresource } from './kind.js';
import { podCells, podColumns } from './pod-columns.js';
import { defaultPod } from './pod-defaults.js';
import { ephemeralContainersRules } from './pod-ephemeral-containers.js';
import { applyMatchLabelKeys } from './pod-match-label-keys.js';
import { resizeRules } from './pod-resize.js';
import { initialPodStatus, preparePodStatusUpdate, validatePodStatusUpdate } from './pod-status.js';
import { validatePodUpdate } from './pod-update.js';
import { validatePod, validatePodCreate } from './pod-validation.js';
import { podWarnings } from './pod-warnings.js';

const STREAM = ['create', 'get'];

const subresources: readonly Subresource[] = [
  { name: 'attach', kind: 'PodAttachOptions', verbs: STREAM },
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'ephemeralcontainers', kind: 'Pod', verbs: STATUS_VERBS },
  { name: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  { name: 'exec', kind: 'PodExecOptions', verbs: STREAM },
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'portforward', kind: 'PodPortForwardOptions', verbs: STREAM },
  { name: 'proxy', kind: 'PodProxyOptions', verbs: ['create', 'delete', 'get', 'patch', 'update'] },
  { name: 'resize', kind: 'Pod', verbs: STATUS_VERBS },
  { name: 'status', kind: 'Pod', verbs: STATUS_VERBS },
];

/** Unbound and ended pods go at once; a negative period counts as 1. */
function graceSecondsOf(object: KubeObject): number {
  const { spec, status } = object;
  if (!spec?.nodeName || isTerminalPhase(status?.phase)) return 0;
  const seconds = spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

export const pod = defineKind({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  subresources,
  schema: 'io.k8s.api.core.v1.Pod',
  hasGeneration: true,
  graceSecondsOf,

  selectableFields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork === true),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? status?.podIP ?? '',
    'status.podIPs': ({ status }) => (status?.podIPs ?? []).map(({ ip }: { ip: string }) => ip).join(','),
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },

  applyDefaults: defaultPod,
  prepareForCreate(object) {
    object.spec ??= {};
    if (object.spec.resources) defaultPod(object); // The QoS class rests on them, whether they were set before or not.
    object.status = initialPodStatus(object);
    applyMatchLabelKeys(object);
  },
  prepareForUpdate(next, previous) {
    next.status = previous.status;
  },
  prepareForStatusUpdate: preparePodStatusUpdate,
  validate: validatePod,
  validateCreate: validatePodCreate,
  validateUpdate: validatePodUpdate,
  validateStatusUpdate: validatePodStatusUpdate,
  targetRules: { ephemeralcontainers: ephemeralContainersRules, resize: resizeRules },
  warningsOf: podWarnings,
  columns: podColumns,
  cells: podCells,
});
