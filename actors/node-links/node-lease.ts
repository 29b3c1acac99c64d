/** The node's Lease in kube-node-lease: renewed every 5 minutes, and it says 600 s, so that what is published is true. */
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import type { Clock } from '../../runtime/process/clock.js';
import { StatusError } from '../../schemas/errors.js';
import type { Lease, Node } from '../../schemas/meta/object.js';
import { formatMicroTime } from '../../schemas/meta/time.js';

const NAMESPACE = 'kube-node-lease';
const TYPE = 'leases.coordination.k8s.io';
const DURATION_SECONDS = 600;
export const leaseRenewMs = 300_000;

/** Creates or renews. Throws StatusError. */
export async function renewLease(client: ResourceClient, clock: Clock, node: Node): Promise<void> {
  const { name, uid } = node.metadata;
  const key = `${NAMESPACE}/${name}`;
  const renewTime = formatMicroTime(clock.now());
  const existing = await client.read(TYPE, key);
  if (existing) {
    const lease = existing.object as Lease;
    const spec = { ...lease.spec, holderIdentity: name, leaseDurationSeconds: DURATION_SECONDS, renewTime };
    await client.update<Lease>(TYPE, key, lease.metadata.uid, (now) => ({ ...now, spec }) as Lease);
    return;
  }
  try {
    await client.create(TYPE, {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: NAMESPACE, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }] },
      spec: { holderIdentity: name, leaseDurationSeconds: DURATION_SECONDS, renewTime },
    });
  } catch (error) {
    if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
  }
}
