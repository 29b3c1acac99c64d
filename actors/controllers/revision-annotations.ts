/** The annotations by which `kubectl rollout history` and `undo` know a Deployment's past. Pure. */
import type { Deployment, ReplicaSet } from '../../schemas/meta/object.js';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
const HISTORY_CHARACTERS_MAX = 2000;

/** Everything else (kubernetes.io/change-cause, …) goes from the Deployment to its ReplicaSets. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

export type Annotations = Readonly<Record<string, string>>;

function numberIn(annotations: Annotations | undefined, name: string): number | undefined {
  const text = annotations?.[name];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

export const revisionOf = (set: ReplicaSet): number => numberIn(set.metadata.annotations, REVISION) ?? 0;
export const desiredReplicasOf = (set: ReplicaSet) => numberIn(set.metadata.annotations, DESIRED_REPLICAS);
export const maxReplicasOf = (set: ReplicaSet) => numberIn(set.metadata.annotations, MAX_REPLICAS);

/** The same record if all is there already. */
function withAnnotations(annotations: Annotations | undefined, more: Annotations): Annotations {
  const old = annotations ?? {};
  return Object.entries(more).every(([name, value]) => old[name] === value) ? old : { ...old, ...more };
}

export function withSizes(annotations: Annotations | undefined, desired: number, max: number): Annotations {
  return withAnnotations(annotations, { [DESIRED_REPLICAS]: String(desired), [MAX_REPLICAS]: String(max) });
}

function historyWith(history: string | undefined, revision: string): string {
  const revisions = history ? [...history.split(','), revision] : [revision];
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_CHARACTERS_MAX) revisions.shift();
  return revisions.join(',');
}

/** Annotations of the newest ReplicaSet: the Deployment's, its revision, and those that it had before. The same record if nothing changes. */
export function newestAnnotations(deployment: Deployment, old: Annotations | undefined, revision: number): Annotations {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !NOT_COPIED.has(name));
  const annotations = withAnnotations(old, Object.fromEntries(copied));
  const previous = annotations[REVISION];
  if (Number(previous ?? 0) >= revision) return annotations;
  const history: Annotations = previous
    ? { [REVISION_HISTORY]: historyWith(annotations[REVISION_HISTORY], previous) }
    : {};
  return { ...annotations, [REVISION]: String(revision), ...history };
}
