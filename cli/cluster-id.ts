/** `cluster-id` in the data folder: what the labels of this cluster's containers carry, beside the store so that `down` can clean up after a damaged one. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The id of the data folder's cluster, if it ever had one. */
export function knownClusterId(dataFolder: string): string | undefined {
  try {
    return readFileSync(path.join(dataFolder, 'cluster-id'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
