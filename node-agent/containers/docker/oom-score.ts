/** Whether this machine's containers may be protected from the OOM killer. */
import { readdir, readFile } from 'node:fs/promises';

const CAP_SYS_RESOURCE = 1n << 24n;
const ENGINE_PROCESSES = new Set(['dockerd', 'containerd']);

async function capabilitiesOf(pid: string): Promise<bigint | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  if (!ENGINE_PROCESSES.has(/^Name:\s*(\S+)/.exec(status)?.[1] ?? '')) return undefined;
  const capabilities = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1];
  return capabilities === undefined ? undefined : BigInt(`0x${capabilities}`);
}

/**
 * The lowest oom_score_adj that a container may be started with: 0 where the engine runs without CAP_SYS_RESOURCE (nested machines), since runc then ends
 * without a word. Where the engine's processes can't be seen, it is taken to have it.
 */
export async function lowestOomScoreAdj(): Promise<number> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(pids.map((pid) => capabilitiesOf(pid).catch(() => undefined)));
  return found.some((capabilities) => capabilities !== undefined && (capabilities & CAP_SYS_RESOURCE) === 0n)
    ? 0
    : -1000;
}
