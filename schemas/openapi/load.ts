/** The one place that reads what the build step (generate.ts) wrote. Not I/O in the sense of the ports: the files are part of the program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

let folder = join(fileURLToPath(new URL('.', import.meta.url)), 'generated');

/** Where the artefacts are, if not in `generated/` beside this module. Call before anything is loaded. */
export function setGeneratedFolder(path: string): void {
  folder = path;
}

/** Throws with the remedy if the build step has not run. */
export function loadArtefact(name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch (error) {
    throw new Error(`${join(folder, name)} can't be read: run the build's schemas/openapi/generate.js first`, {
      cause: error,
    });
  }
}
