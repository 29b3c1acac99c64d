/** Removes everything that one cluster has in a Docker Engine, without knowing its nodes or pods: for a cluster that is to be gone. */
import type { Clock } from '../../runtime/process/clock.js';
import { Engine } from './docker/engine.js';
import { labels } from './docker/identity.js';
import { removePodCgroup } from './docker/pod-cgroup.js';

export interface Removed {
  readonly containers: number;
  readonly sandboxes: number;
  readonly networks: number;
}

/** Containers go first, because sandboxes hold their network; anonymous volumes go with them. Repeatable; throws RuntimeError. */
export async function removeClusterFromDocker(options: {
  socketPath: string;
  clusterId: string;
  clock: Clock;
}): Promise<Removed> {
  const engine = new Engine({ socketPath: options.socketPath }, options.clock);
  const filters = { label: [`${labels.cluster}=${options.clusterId}`] };
  const found = await engine.call((docker) => docker.listContainers({ all: true, filters }));
  const sandboxes = found.filter(({ Labels }) => Labels[labels.type] === 'sandbox');
  const containers = found.filter(({ Labels }) => Labels[labels.type] !== 'sandbox');
  const remove = ({ Id }: { Id: string }) =>
    engine.heavy((docker) => docker.getContainer(Id).remove({ force: true, v: true })).catch(unlessGone);
  await Promise.all(containers.map(remove));
  await Promise.all(
    sandboxes.map(async (sandbox) => {
      const known = await engine.find((docker) => docker.getContainer(sandbox.Id).inspect());
      await remove(sandbox);
      await removePodCgroup(known?.HostConfig.CgroupParent);
    }),
  );
  const networks = await engine.call((docker) => docker.listNetworks({ filters }));
  for (const { Id } of networks) await engine.call((docker) => docker.getNetwork(Id).remove()).catch(unlessGone);
  return { containers: containers.length, sandboxes: sandboxes.length, networks: networks.length };
}

function unlessGone(error: unknown): void {
  if ((error as { kind?: string }).kind !== 'not-found') throw error;
}
