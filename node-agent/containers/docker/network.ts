/** The Docker network that pods are put into. */
import { RuntimeError } from '../container-runtime.js';
import type { Engine } from './engine.js';
import { type Owner, ownerFilter, ownerLabels } from './identity.js';

/** Docker's default bridge: a pod starts there 200 ms faster than in any network of one's own, which gets an embedded DNS server that pods have no use for. */
export const DEFAULT_NETWORK = 'bridge';

/** Makes the network where it is absent and may be made. Repeatable; throws RuntimeError. */
export async function ensureNetwork(engine: Engine, name: string, owner: Owner): Promise<void> {
  if (await engine.find((docker) => docker.getNetwork(name).inspect())) return;
  if (name === DEFAULT_NETWORK) throw new RuntimeError('invalid', 'Docker has no default bridge network');
  await engine
    .call((docker) =>
      docker.createNetwork({ Name: name, CheckDuplicate: true, Driver: 'bridge', Labels: { ...ownerLabels(owner) } }),
    )
    .catch((error: RuntimeError) => {
      if (!error.message.includes('already exists')) throw error;
    });
}

/** Removes the networks that were made for this node; one that still has a container in it stays. */
export async function removeNetworks(engine: Engine, owner: Owner): Promise<void> {
  const networks = await engine.call((docker) => docker.listNetworks({ filters: { label: ownerFilter(owner) } }));
  for (const { Id } of networks) await engine.call((docker) => docker.getNetwork(Id).remove()).catch(() => {});
}
