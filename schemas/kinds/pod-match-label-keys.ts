/** matchLabelKeys and mismatchLabelKeys become expressions of the selectors when a pod is created (KEP-3633, KEP-3243). */

type Labels = Readonly<Record<string, string>> | undefined;

function extend(selector: any, keys: readonly string[] | undefined, operator: string, labels: Labels): void {
  for (const key of keys ?? []) {
    const value = labels?.[key];
    if (value === undefined) continue;
    selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}

function extendTerm(term: any, labels: Labels): void {
  if (!term?.labelSelector) return; // No selector matches nothing, whatever is added.
  extend(term.labelSelector, term.matchLabelKeys, 'In', labels);
  extend(term.labelSelector, term.mismatchLabelKeys, 'NotIn', labels);
}

/** In place; once per pod, at its creation. */
export function applyMatchLabelKeys(pod: any): void {
  const { affinity, topologySpreadConstraints } = pod.spec;
  const { labels } = pod.metadata;
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const rules = affinity?.[kind];
    for (const term of rules?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      extendTerm(term.podAffinityTerm, labels);
    for (const term of rules?.requiredDuringSchedulingIgnoredDuringExecution ?? []) extendTerm(term, labels);
  }
  for (const constraint of topologySpreadConstraints ?? []) extendTerm(constraint, labels);
}
