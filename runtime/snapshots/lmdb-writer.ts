/**
 * All writes to the LMDB file. Each transaction holds only while the file still names this process's life, and is told as done when it and all
 * before it are flushed. The next is written while the former flushes.
 */
import { IF_EXISTS, type RootDatabase } from 'lmdb';
import { UnknownOutcomeError } from './snapshot-store.js';

interface InFlight {
  flushed: boolean;
  /** Called after `done` or `failed`. */
  readonly waiters: (() => void)[];
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

export type Database = RootDatabase<Buffer, Buffer>;

export class LmdbWriter {
  readonly #inFlight: InFlight[] = [];
  #fatal: Error | undefined;

  constructor(
    readonly db: Database,
    private readonly lifeKey: Buffer,
    private readonly waitForFlush: boolean,
    private readonly onFatal: (error: Error) => void,
  ) {}

  get transactionsInFlight(): number {
    return this.#inFlight.length;
  }

  /** `fill` puts and removes, synchronously. Calls `done` in the order of the writes; `failed` if the process must end, since retrying fsync lies. */
  write(fill: () => void, done: () => void, failed: (error: Error) => void): void {
    if (this.#fatal) {
      failed(new UnknownOutcomeError(this.#fatal.message));
      return;
    }
    const transaction: InFlight = { flushed: false, waiters: [], done, failed };
    this.#inFlight.push(transaction);
    const committed = this.db.ifVersion(this.lifeKey, IF_EXISTS, fill);
    const flushed = this.waitForFlush ? this.db.flushed : committed;
    Promise.all([committed, flushed]).then(
      ([held]) =>
        held ? this.#flushed(transaction) : this.#end(new Error('another process has opened the data folder')),
      async (error: Error) => this.#end(await causeOf(error)),
    );
  }

  #flushed(transaction: InFlight): void {
    transaction.flushed = true;
    if (!this.#inFlight[0]?.flushed) return;
    this.db.resetReadTxn();
    while (this.#inFlight[0]?.flushed) {
      const { done, waiters } = this.#inFlight.shift() as InFlight;
      done();
      for (const resolve of waiters) resolve();
    }
  }

  #end(error: Error): void {
    if (this.#fatal) return;
    this.#fatal = error;
    const unknown = new UnknownOutcomeError(`the store's disk failed: ${error.message}`);
    for (const { failed, waiters } of this.#inFlight.splice(0)) {
      failed(unknown);
      for (const resolve of waiters) resolve();
    }
    this.onFatal(error);
  }

  /** Resolves when all that is in flight now has been flushed. */
  settled(): Promise<void> {
    const last = this.#inFlight.at(-1);
    return last ? new Promise((resolve) => last.waiters.push(resolve)) : Promise.resolve();
  }
}

/** LMDB's own words, which lmdb-js tells by a promise in the error. */
async function causeOf(error: Error & { commitError?: Promise<unknown> }): Promise<Error> {
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause as Error;
  }
}
