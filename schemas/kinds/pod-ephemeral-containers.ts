/** The ephemeralcontainers subresource: debugging containers may be added, never changed or removed. */
import { deepEqual } from '../meta/deep-equal.js';
import { forbidden } from '../meta/field-errors.js';
import type { TargetRules } from './kind.js';
import { MIRROR } from './pod-annotations.js';
import { differencesOf } from './pod-differences.js';
import { type Errors } from './pod-field-rules.js';
import { SPEC } from './pod-path.js';

export const ephemeralContainersRules: TargetRules = {
  prepare(next, previous) {
    const { ephemeralContainers } = next.spec;
    next.spec = { ...previous.spec, ephemeralContainers };
    next.status = previous.status;
    next.metadata.ownerReferences = previous.metadata.ownerReferences;
    next.metadata.finalizers = previous.metadata.finalizers;
  },

  validate(next, previous) {
    if (previous.metadata.annotations?.[MIRROR] !== undefined) {
      return [forbidden('', 'static pods do not support ephemeral containers')];
    }
    const errors: Errors = [];
    const path = SPEC.child('ephemeralContainers');
    for (const old of previous.spec.ephemeralContainers ?? []) {
      const now = next.spec.ephemeralContainers?.find(({ name }: { name: string }) => name === old.name);
      const which = `existing ephemeral containers ${JSON.stringify(old.name)}`;
      if (!now) errors.push(forbidden(path, `${which} may not be removed\n`));
      else if (!deepEqual(now, old)) {
        errors.push(
          forbidden(path, `${which} may not be changed\n${differencesOf('core.EphemeralContainer', old, now)}`),
        );
      }
    }
    return errors;
  },
};
