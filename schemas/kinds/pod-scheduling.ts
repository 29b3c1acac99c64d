/** Rules of what decides where a pod may run: affinity, spread, tolerations, gates. */
import { duplicate, forbidden, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { validateLabelSelector } from '../meta/label-selector.js';
import { dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../meta/names.js';
import { checkOneOf, checkQualifiedName, type Errors, NOT_POSITIVE } from './pod-field-rules.js';
import type { Path } from './pod-path.js';

const REQUIRED_TERMS = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED_TERMS = 'preferredDuringSchedulingIgnoredDuringExecution';
const BAD_OPERATOR = 'not a valid selector operator';

function checkNodeRequirement(errors: Errors, path: Path, requirement: any, checksValues: boolean): void {
  const { key = '', operator = '', values = [] } = requirement;
  const at = () => path.child('values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) errors.push(required(at(), "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(forbidden(at(), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1)
      errors.push(required(at(), "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else {
    errors.push(invalid(path.child('operator'), operator, BAD_OPERATOR));
  }
  checkQualifiedName(errors, () => path.child('key'), key);
  if (!checksValues) return;
  values.forEach((value: string, i: number) => {
    pushInvalid(errors, at().index(i), value, labelValue(value));
  });
}

function checkNodeFieldRequirement(errors: Errors, path: Path, requirement: any): void {
  const { key = '', operator = '', values = [] } = requirement;
  if (operator !== 'In' && operator !== 'NotIn') errors.push(invalid(path.child('operator'), operator, BAD_OPERATOR));
  else if (values.length !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.push(required(path.child('values'), why));
  }
  if (key !== 'metadata.name') {
    errors.push(invalid(path.child('key'), key, 'not a valid field selector key'));
    return;
  }
  values.forEach((value: string, i: number) => {
    pushInvalid(errors, path.child('values').index(i), value, dns1123Subdomain(value));
  });
}

function checkNodeTerm(errors: Errors, path: Path, term: any, checksValues: boolean): void {
  term.matchExpressions?.forEach((requirement: any, i: number) => {
    checkNodeRequirement(errors, path.child('matchExpressions').index(i), requirement, checksValues);
  });
  term.matchFields?.forEach((requirement: any, i: number) => {
    checkNodeFieldRequirement(errors, path.child('matchFields').index(i), requirement);
  });
}

function checkWeight(errors: Errors, path: Path, weight = 0): void {
  if (weight <= 0 || weight > 100) errors.push(invalid(path.child('weight'), weight, 'must be in the range 1-100'));
}

function checkNodeAffinity(errors: Errors, path: Path, affinity: any): void {
  const must = affinity[REQUIRED_TERMS];
  if (must) {
    const at = path.child(REQUIRED_TERMS).child('nodeSelectorTerms');
    if (!must.nodeSelectorTerms?.length) errors.push(required(at, 'must have at least one node selector term'));
    must.nodeSelectorTerms?.forEach((term: any, i: number) => {
      checkNodeTerm(errors, at.index(i), term, true);
    });
  }
  affinity[PREFERRED_TERMS]?.forEach(({ weight, preference }: any, i: number) => {
    const at = path.child(PREFERRED_TERMS).index(i);
    checkWeight(errors, at, weight);
    checkNodeTerm(errors, at.child('preference'), preference ?? {}, false);
  });
}

function checkLabelKeys(errors: Errors, path: Path, keys: readonly string[] | undefined, selector: any): void {
  if (!keys?.length) return;
  if (!selector) return void errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  keys.forEach((key, i) => {
    pushInvalid(errors, path.index(i), key, qualifiedName(key));
  });
}

function checkMatchLabelKeys(errors: Errors, path: Path, term: any): void {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term;
  checkLabelKeys(errors, path.child('matchLabelKeys'), matchLabelKeys, labelSelector);
  checkLabelKeys(errors, path.child('mismatchLabelKeys'), mismatchLabelKeys, labelSelector);
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    // Creation has put each of matchLabelKeys in once: a second time it was there before.
    const index = matchLabelKeys.indexOf(key);
    if (index >= 0 && selected.has(key)) {
      errors.push(invalid(path.index(index), key, 'exists in both matchLabelKeys and labelSelector'));
    }
    selected.add(key);
  }
  matchLabelKeys.forEach((key: string, i: number) => {
    if (!mismatchLabelKeys.includes(key)) return;
    const why = 'exists in both matchLabelKeys and mismatchLabelKeys';
    errors.push(invalid(path.child('matchLabelKeys').index(i), key, why));
  });
}

function checkPodTerm(errors: Errors, path: Path, term: any): void {
  const { labelSelector, namespaceSelector, topologyKey = '' } = term;
  errors.push(...validateLabelSelector(labelSelector, String(path.child('labelSelector'))));
  errors.push(...validateLabelSelector(namespaceSelector, String(path.child('namespaceSelector'))));
  for (const name of term.namespaces ?? []) pushInvalid(errors, path.child('namespace'), name, dns1123Label(name));
  checkMatchLabelKeys(errors, path, term);
  if (!topologyKey) errors.push(required(path.child('topologyKey'), 'can not be empty'));
  checkQualifiedName(errors, () => path.child('topologyKey'), topologyKey);
}

function checkPodAffinity(errors: Errors, path: Path, affinity: any): void {
  affinity[REQUIRED_TERMS]?.forEach((term: any, i: number) => {
    checkPodTerm(errors, path.child(REQUIRED_TERMS).index(i), term);
  });
  affinity[PREFERRED_TERMS]?.forEach(({ weight, podAffinityTerm }: any, i: number) => {
    const at = path.child(PREFERRED_TERMS).index(i);
    checkWeight(errors, at, weight);
    checkPodTerm(errors, at.child('podAffinityTerm'), podAffinityTerm ?? {});
  });
}

export function checkAffinity(errors: Errors, path: Path, affinity: any): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity) checkNodeAffinity(errors, path.child('nodeAffinity'), nodeAffinity);
  if (podAffinity) checkPodAffinity(errors, path.child('podAffinity'), podAffinity);
  if (podAntiAffinity) checkPodAffinity(errors, path.child('podAntiAffinity'), podAntiAffinity);
}

const UNSATISFIABLE: readonly string[] = ['DoNotSchedule', 'ScheduleAnyway'];
const INCLUSION: readonly string[] = ['Honor', 'Ignore'];

function checkMinDomains(errors: Errors, path: Path, { minDomains, whenUnsatisfiable }: any): void {
  if (minDomains === undefined) return;
  const at = path.child('minDomains');
  if (minDomains <= 0) errors.push(invalid(at, minDomains, NOT_POSITIVE));
  if (whenUnsatisfiable === 'DoNotSchedule') return;
  const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable ?? ''}`;
  errors.push(invalid(at, minDomains, why));
}

function checkSpreadLabelKeys(errors: Errors, path: Path, { matchLabelKeys, labelSelector }: any): void {
  if (!matchLabelKeys?.length) return;
  if (!labelSelector) errors.push(forbidden(path, 'must not be specified when labelSelector is not set'));
  matchLabelKeys.forEach((key: string, i: number) => {
    pushInvalid(errors, path.index(i), key, qualifiedName(key));
  });
}

export function checkTopologySpread(errors: Errors, path: Path, constraints: readonly any[]): void {
  constraints.forEach((constraint, i) => {
    const at = path.index(i);
    const { maxSkew = 0, topologyKey, whenUnsatisfiable, labelSelector } = constraint;
    if (maxSkew <= 0) errors.push(invalid(at.child('maxSkew'), maxSkew, NOT_POSITIVE));
    if (!topologyKey) errors.push(required(at.child('topologyKey'), 'can not be empty'));
    if (!UNSATISFIABLE.includes(whenUnsatisfiable)) {
      errors.push(notSupported(at.child('whenUnsatisfiable'), whenUnsatisfiable ?? '', UNSATISFIABLE));
    }
    const isSame = (other: any) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable;
    if (constraints.slice(i + 1).some(isSame)) {
      errors.push(duplicate(at.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`));
    }
    checkMinDomains(errors, at, constraint);
    checkOneOf(errors, at, 'nodeAffinityPolicy', constraint.nodeAffinityPolicy, INCLUSION);
    checkOneOf(errors, at, 'nodeTaintsPolicy', constraint.nodeTaintsPolicy, INCLUSION);
    checkSpreadLabelKeys(errors, at.child('matchLabelKeys'), constraint);
    if (labelSelector) errors.push(...validateLabelSelector(labelSelector, String(at.child('labelSelector'))));
  });
}

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function checkTolerationValue(errors: Errors, path: Path, operator: string, value: string): void {
  if (operator === '' || operator === 'Equal') {
    const messages = labelValue(value);
    if (messages.length > 0) errors.push(invalid(path.child('operator'), value, messages.join(';')));
  } else if (operator === 'Exists') {
    if (value) errors.push(invalid(path.child('operator'), value, "value must be empty when `operator` is 'Exists'"));
  } else {
    errors.push(notSupported(path.child('operator'), operator, ['Equal', 'Exists']));
  }
}

export function checkTolerations(errors: Errors, path: Path, tolerations: readonly any[]): void {
  for (let i = 0; i < tolerations.length; i++) {
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = tolerations[i];
    const at = path.index(i);
    if (key) checkQualifiedName(errors, () => at.child('key'), key);
    if (!key && operator !== 'Exists') {
      const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      errors.push(invalid(at.child('operator'), operator, why));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.push(invalid(at.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    checkTolerationValue(errors, at, operator, value);
    if (effect && !EFFECTS.includes(effect)) errors.push(notSupported(at.child('effect'), effect, EFFECTS));
  }
}

export function checkSchedulingGates(errors: Errors, path: Path, gates: readonly { name?: string }[]): void {
  const seen = new Set<string>();
  gates.forEach(({ name = '' }, i) => {
    checkQualifiedName(errors, () => path.index(i), name);
    if (seen.has(name)) errors.push(duplicate(path.index(i), name));
    seen.add(name);
  });
}
