/** What a pod needs of its node. The scheduler, which chooses the node, and the node's agent, which checks again, ask the same rules. Pure. */
import type { HostPort } from '../messages/auction.js';
import type { Container, PodSpec } from '../meta/object.js';
import { milliOf, valueOf } from '../meta/quantity.js';

/** Resource name → amount: millicores of cpu, whole units of everything else. */
export type Amounts = Readonly<Record<string, number>>;
type Sum = Record<string, number>;

/** Of a list of quantities such as `requests` or `allocatable`. */
export function amountsOf(list: object | undefined): Sum {
  const amounts: Sum = {};
  for (const [name, quantity] of Object.entries(list ?? {})) {
    amounts[name] = name === 'cpu' ? milliOf(quantity as string) : valueOf(quantity as string);
  }
  return amounts;
}

function add(total: Sum, more: Amounts): void {
  for (const name in more) total[name] = (total[name] ?? 0) + (more[name] ?? 0);
}

function raise(total: Sum, least: Amounts): void {
  for (const name in least) total[name] = Math.max(total[name] ?? 0, least[name] ?? 0);
}

/**
 * Containers and sidecars together, or the most that any init container needs beside the sidecars started before it; and overhead.
 * `unsaid`: what a container that doesn't request a resource is taken to need of it.
 */
export function podNeeds(spec: PodSpec, unsaid: Amounts = {}): Sum {
  const requestsOf = ({ resources }: Container) => ({ ...unsaid, ...amountsOf(resources?.requests) });
  const total: Sum = {};
  for (const container of spec.containers) add(total, requestsOf(container));
  const sidecars: Sum = {};
  const peak: Sum = {};
  for (const container of spec.initContainers ?? []) {
    const own = requestsOf(container);
    add(own, sidecars);
    raise(peak, own);
    if (container.restartPolicy === 'Always') add(sidecars, requestsOf(container));
  }
  add(total, sidecars);
  raise(total, peak);
  // Requests of the pod as a whole (KEP-2837) stand for those of its containers.
  Object.assign(total, amountsOf(spec.resources?.requests));
  add(total, amountsOf(spec.overhead));
  return total;
}

/** Those of what runs together; defaulting has given each port of a pod in the host's network its host port. */
export function hostPortsOf(spec: PodSpec): HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...spec.containers, ...sidecars].flatMap(({ ports = [] }: Container) =>
    ports.flatMap(({ hostPort, hostIP, protocol }) =>
      hostPort ? [{ ip: hostIP || '0.0.0.0', protocol: protocol ?? 'TCP', port: hostPort }] : [],
    ),
  );
}
