/** Watches the pods of a namespace, and tells when so many of them run or are gone. Looks at bytes: parsing each event would compete with the server for the machine. */
import type { H2Connection } from './h2-connection.js';
import { lineSplitter } from './lines.js';

const NAME = /"name":"([^"]+)"/;

export class PodCounter {
  readonly #running = new Map<string, number>();
  #wake: (() => void) | undefined;

  constructor(connection: H2Connection) {
    const split = lineSplitter((line) => this.#event(line));
    connection.get('/api/v1/namespaces/default/pods?watch=1&resourceVersion=0', { data: split, end: () => undefined });
  }

  /** Pods that run now, with the time at which each was first seen running. */
  get running(): ReadonlyMap<string, number> {
    return this.#running;
  }

  async until(count: number): Promise<void> {
    while (this.#running.size !== count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  #event(line: Buffer): void {
    const name = NAME.exec(line.toString('latin1', 0, 400))?.[1];
    if (!name) return;
    if (line.includes('{"type":"DELETED"')) this.#running.delete(name);
    else if (!this.#running.has(name) && line.includes('"phase":"Running"')) this.#running.set(name, performance.now());
    this.#wake?.();
  }
}
