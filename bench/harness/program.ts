/** A part of a benchmark in a process of its own, so that load, bare limit and Troupe never share an event loop. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

type Reply = { readonly result: unknown } | { readonly error: string };

export class Program {
  private constructor(private readonly child: ChildProcess) {}

  /** `name` is a compiled file below bench/, e.g. `load/create-load`. */
  static start(name: string): Program {
    const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
    return new Program(fork(file, [], { serialization: 'advanced', execArgv: [] }));
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** One question at a time. Rejects with what went wrong over there. */
  ask<T>(message: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('the program ended before it answered'));
      this.child.once('exit', gone);
      this.child.once('message', (reply: Reply) => {
        this.child.off('exit', gone);
        if ('error' in reply) reject(new Error(reply.error));
        else resolve(reply.result as T);
      });
      this.child.send(message as object);
    });
  }

  stop(): Promise<void> {
    if (this.child.exitCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once('exit', () => resolve());
      this.child.kill('SIGKILL');
    });
  }
}

/** The other side: answers each message of the parent with what `handle` returns, and ends with the parent. */
export function answerParent<M>(handle: (message: M) => unknown): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: M) => {
    Promise.resolve(handle(message)).then(
      (result) => process.send!({ result }),
      (error: unknown) => process.send!({ error: String((error as Error).stack ?? error) }),
    );
  });
}
