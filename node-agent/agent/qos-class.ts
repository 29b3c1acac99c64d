/** A pod's quality of service class, from the requests and limits of cpu and memory. Pure. */
import type { Pod } from '../../schemas/meta/object.js';
import type { QosClass } from '../containers/cgroup-parent.js';
import { compareQuantities } from '../../schemas/meta/quantity.js';

export function qosClassOf(pod: Pod): QosClass {
  let any = false;
  let guaranteed = true;
  for (const { resources } of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
    for (const name of ['cpu', 'memory']) {
      const limit = resources?.limits?.[name];
      const request = resources?.requests?.[name] ?? limit;
      if (request !== undefined || limit !== undefined) any = true;
      if (limit === undefined || request === undefined || compareQuantities(limit, request) !== 0) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
