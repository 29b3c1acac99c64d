/** Kubernetes' rules for the taints of a node. */
import type { FieldError } from '../errors.js';
import { duplicate, invalid, notSupported, pushInvalid, required } from '../meta/field-errors.js';
import { labelValue, qualifiedName } from '../meta/names.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** As a request gives it: nothing is sure to be there. */
interface GivenTaint {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
}

export function validateTaints(errors: FieldError[], taints: readonly GivenTaint[] | undefined, path: string): void {
  const seen = new Set<string>();
  for (const [index, taint] of (taints ?? []).entries()) {
    const { key = '', value = '', effect = '' } = taint;
    const at = `${path}[${index}]`;
    pushInvalid(errors, `${at}.key`, key, qualifiedName(key));
    const messages = labelValue(value);
    if (messages.length > 0) errors.push(invalid(`${at}.value`, value, messages.join(';')));
    if (effect === '') errors.push(required(`${at}.effect`));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
    const identity = `${effect} ${key}`;
    if (seen.has(identity)) {
      const error = duplicate(at, taint);
      errors.push({ ...error, message: `${error.message}: taints must be unique by key and effect pair` });
    }
    seen.add(identity);
  }
}
