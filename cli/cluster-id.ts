/** `cluster-id` in the data folder: what the labels of this cluster's containers carry, beside the store so that `down` can clean up after a damaged one. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The id of the data folder's cluster, if it ever had one. */
export function knownClusterId(dataFolder: string): string | undefined {
  try {
    return readFileSync(path.join(dataFolder, 'cluster-id'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The same, made at first. Repeatable. */
export function clusterIdOf(dataFolder: string): string {
  const known = knownClusterId(dataFolder);
  if (known) return known;
  const id = randomUUID();
  const file = path.join(dataFolder, 'cluster-id');
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, `${id}\n`);
  renameSync(`${file}.new`, file);
  return id;
}
