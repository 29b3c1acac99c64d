/** Which container of which pod on which node a stream is for. */
import type { CacheEntry } from '../../runtime/views/resource-cache.js';
import { BadRequestError } from '../../schemas/errors.js';
import type { Pod } from '../../schemas/meta/object.js';

export interface PodTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
}

export function targetOf(entry: CacheEntry): PodTarget {
  return { namespace: entry.namespace ?? '', pod: entry.name, uid: entry.uid };
}

/** '' while the pod is bound to none. */
export function nodeOf(entry: CacheEntry): string {
  return (entry.object as Pod).spec.nodeName ?? '';
}

/** Throws BadRequestError while the pod is bound to none. */
export function boundNodeOf(entry: CacheEntry): string {
  const node = nodeOf(entry);
  if (node === '') throw new BadRequestError(`pod ${entry.name} does not have a host assigned`);
  return node;
}

const namesOf = (containers: readonly { readonly name: string }[] | undefined): string[] =>
  (containers ?? []).map(({ name }) => name);

/** The container that was named, or the only one. Throws BadRequestError in Kubernetes' words. */
export function containerOf(entry: CacheEntry, wanted: string): string {
  const { spec } = entry.object as Pod;
  const main = namesOf(spec.containers);
  const init = namesOf(spec.initContainers);
  const ephemeral = namesOf(spec.ephemeralContainers);
  if (wanted !== '') {
    if ([...main, ...init, ...ephemeral].includes(wanted)) return wanted;
    throw new BadRequestError(`container ${wanted} is not valid for pod ${entry.name}`);
  }
  if (main.length === 1) return main[0] as string;
  const choice = [`a container name must be specified for pod ${entry.name}, choose one of: [${main.join(' ')}]`];
  if (init.length > 0) choice.push(`or one of the init containers: [${init.join(' ')}]`);
  if (ephemeral.length > 0) choice.push(`or one of the ephemeral containers: [${ephemeral.join(' ')}]`);
  throw new BadRequestError(choice.join(' '));
}
