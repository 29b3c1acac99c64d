/** `logs` of one pod, of a workload's pod, or of all pods of a selector. */
import { pipeline } from 'node:stream/promises';
import { chooseContainer, choosePod, podsOf } from './pod-choice.js';
import type { ApiObject, Session } from './session.js';

export interface LogsOptions {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly tail?: number;
  readonly since?: number;
  readonly selector?: string;
}

export async function logs(session: Session, arg: string | undefined, options: LogsOptions): Promise<number> {
  if (!arg === !options.selector) throw new Error('error: name one pod, or select pods with -l');
  const pods = arg ? [await choosePod(session, arg)] : await podsOf(session, options.selector!);
  if (options.follow) await Promise.all(pods.map((pod) => print(session, pod, options)));
  else for (const pod of pods) await print(session, pod, options);
  return 0;
}

async function print(session: Session, pod: ApiObject, options: LogsOptions): Promise<void> {
  const query = {
    container: chooseContainer(pod, options.container),
    follow: options.follow ? 'true' : undefined,
    previous: options.previous ? 'true' : undefined,
    timestamps: options.timestamps ? 'true' : undefined,
    tailLines: options.tail === undefined || options.tail < 0 ? undefined : String(options.tail),
    sinceSeconds: options.since === undefined ? undefined : String(options.since),
  };
  const where = session.at(session.types.named('pods'), pod.metadata.name);
  const answer = await session.client.open('GET', `${where}/log`, { query, accept: '*/*' });
  await pipeline(answer, process.stdout, { end: false });
}
