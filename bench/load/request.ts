/** One request, its answer parsed. */
import type { H2Connection } from './h2-connection.js';

/** Rejects where the answer is a failure. */
export function post(connection: H2Connection, path: string, object: unknown): Promise<unknown> {
  return answered((listener) => connection.post(path, Buffer.from(JSON.stringify(object)), listener));
}

export function remove(connection: H2Connection, path: string): Promise<unknown> {
  return answered((listener) => connection.delete(path, listener));
}

function answered(send: (listener: { data(bytes: Buffer): void; end(): void }) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    send({
      data: (bytes) => pieces.push(Buffer.from(bytes)),
      end: () => {
        const text = Buffer.concat(pieces).toString();
        const answer = JSON.parse(text) as { kind: string; status?: string };
        if (answer.kind === 'Status' && answer.status !== 'Success') reject(new Error(text));
        else resolve(answer);
      },
    });
  });
}
