/** `npm run down`: ends the cluster of a data folder and removes what it has on this machine. */
import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { removeClusterFromDocker } from '../node-agent/containers/docker-cleanup.js';
import { mountsBelow, unmountBelow } from '../node-agent/volumes/mounts.js';
import { SystemClock } from '../runtime/process/clock.js';
import { knownClusterId } from './cluster-id.js';
import { answers, engineSocket } from './docker-engine.js';
import { Progress } from './progress.js';
import { type RunFile, removeRunFile, runningCluster } from './run-file.js';

export interface DownOptions {
  readonly data: string;
  readonly purge: boolean;
}

const stopDeadlineMs = 30_000;
const stopPollMs = 100;
/** What a data folder of ours has; a folder with none of it is somebody else's. */
const ourFiles = ['cluster-id', 'admin.kubeconfig', 'run.json'];

/** Repeatable. Throws an Error of one line when something can't be removed. */
export async function down({ data, purge }: DownOptions): Promise<void> {
  const progress = new Progress();
  const dataFolder = path.resolve(data);
  const shown = path.relative(process.cwd(), dataFolder) || dataFolder;
  if (!existsSync(dataFolder)) return progress.say(`There is no cluster in ${shown}.`);
  if (!readdirSync(dataFolder).some((name) => ourFiles.includes(name)))
    throw new Error(`${shown} is no data folder of Troupe; nothing was touched`);
  if (purge && isWithin(process.cwd(), dataFolder))
    throw new Error(`${shown} can't be deleted from inside; nothing was touched`);
  const running = runningCluster(dataFolder);
  if (running) await progress.step(`Stopping Troupe (process ${running.pid})`, () => stop(running, dataFolder));
  removeRunFile(dataFolder);
  await removeContainers(dataFolder, progress);
  await unmountBelow(path.join(dataFolder, 'pods'));
  if (!purge)
    return progress.say(
      `The state stays in ${shown}: \`npm start\` runs it again, \`npm run down -- --purge\` deletes it.`,
    );
  await refuseMounts(dataFolder);
  rmSync(dataFolder, { recursive: true, force: true });
  progress.say(`${shown} is deleted.`);
}

/** What is mounted inside belongs to others and would be deleted with the folder; that the folder is a mount itself harms nobody. */
async function refuseMounts(dataFolder: string): Promise<void> {
  const own = realpathSync(dataFolder);
  const inside = (await mountsBelow(own)).filter((point) => point !== own);
  if (inside.length > 0) throw new Error(`${inside.join(', ')} is still mounted, so nothing was deleted`);
}

function isWithin(folder: string, outer: string): boolean {
  return folder === outer || folder.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}

/** Asks once, waits, and kills what doesn't end: what was acknowledged is on disk either way. */
async function stop({ pid }: RunFile, dataFolder: string): Promise<void> {
  process.kill(pid, 'SIGTERM');
  for (let waitedMs = 0; runningCluster(dataFolder); waitedMs += stopPollMs) {
    if (waitedMs === stopDeadlineMs) process.kill(pid, 'SIGKILL');
    if (waitedMs > stopDeadlineMs * 2) throw new Error(`process ${pid} doesn't end, not even by SIGKILL`);
    await pause(stopPollMs);
  }
}

async function removeContainers(dataFolder: string, progress: Progress): Promise<void> {
  const clusterId = knownClusterId(dataFolder);
  if (!clusterId) return;
  const socketPath = engineSocket();
  if (!(await answers(socketPath)))
    return progress.say(
      `No Docker Engine answers at ${socketPath}, so containers (if there are any) were left as they are.`,
    );
  const removed = await progress.step('Removing containers', () =>
    removeClusterFromDocker({ socketPath, clusterId, clock: new SystemClock() }),
  );
  const counts = Object.entries(removed).filter(([, count]) => count > 0);
  if (counts.length > 0) progress.say(`Removed ${counts.map(([what, count]) => `${count} ${what}`).join(', ')}.`);
}
