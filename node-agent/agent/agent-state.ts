/** Where an agent keeps what it was told to run, for the time in which nobody can tell it. */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DesiredPods } from '../../schemas/messages/node-link.js';

export interface AgentState {
  /** Undefined where nothing was saved, or what was saved can't be read. */
  load(): Promise<DesiredPods | undefined>;
  save(desired: DesiredPods): Promise<void>;
}

/** For simulated nodes, which share their process with the control plane. */
export class MemoryAgentState implements AgentState {
  #saved: DesiredPods | undefined;

  async load(): Promise<DesiredPods | undefined> {
    return this.#saved;
  }

  async save(desired: DesiredPods): Promise<void> {
    this.#saved = desired;
  }
}

/** One JSON file, replaced whole, so that a crash leaves the old or the new. Saves go one after the other; of those that wait, only the newest is written. */
export class FileAgentState implements AgentState {
  #writing: Promise<void> = Promise.resolve();
  #waiting: { desired: DesiredPods; readonly written: Promise<void> } | undefined;

  constructor(private readonly path: string) {}

  async load(): Promise<DesiredPods | undefined> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8')) as DesiredPods;
    } catch {
      return undefined;
    }
  }

  save(desired: DesiredPods): Promise<void> {
    if (this.#waiting) {
      this.#waiting.desired = desired;
      return this.#waiting.written;
    }
    const written = this.#writing.then(() => {
      const newest = this.#waiting?.desired ?? desired;
      this.#waiting = undefined;
      return this.#write(newest);
    });
    this.#waiting = { desired, written };
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #write(desired: DesiredPods): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const next = `${this.path}.next`;
    const file = await open(next, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(desired));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, this.path);
  }
}
