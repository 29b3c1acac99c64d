/** Pods for the tests of this folder. */
import { pod } from '../../../../schemas/kinds/pod.js';

/** A container with a name and an image, and what is given. */
export const aContainer = (fields: object = {}): any => ({ name: 'c', image: 'busybox:1.36', ...fields });

/** A pod as a client sends it. */
export function aPod(spec: object = {}, metadata: object = {}): any {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', ...metadata },
    spec: { containers: [aContainer()], ...spec },
  };
}

/** A pod that has its defaults. */
export function aDefaultedPod(spec: object = {}, metadata: object = {}): any {
  const object = aPod(spec, metadata);
  pod.applyDefaults(object);
  return object;
}

/** The errors of a pod with this spec, each as `path: message`. */
export function problemsOf(spec: object, metadata: object = {}): string[] {
  return pod.validate(aDefaultedPod(spec, metadata)).map(({ field, message }) => `${field}: ${message}`);
}

/** The errors of a container with these fields. */
export const problemsOfContainer = (fields: object, spec: object = {}): string[] =>
  problemsOf({ containers: [aContainer(fields)], ...spec });

/** A JSON copy without undefined. */
export const copyOf = (object: any): any => JSON.parse(JSON.stringify(object));
