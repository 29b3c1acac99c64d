/** Fills a cluster with ConfigMaps. */
import { answerParent } from '../harness/program.js';
import type { Target } from '../harness/target.js';
import { bodyMaker, pathOf } from './bodies.js';
import { H2Connection } from './h2-connection.js';

export interface FillRun {
  readonly target: Target;
  readonly objects: number;
}

const inFlight = 64;

answerParent(async ({ target, objects }: FillRun): Promise<number> => {
  const connection = await H2Connection.open(target);
  const nextBody = bodyMaker('configmap', 'fill');
  let sent = 0;
  const one = (done: () => void) => {
    if (sent++ >= objects) return done();
    connection.post(pathOf.configmap, nextBody(), { data: () => undefined, end: () => one(done) });
  };
  await Promise.all(Array.from({ length: inFlight }, () => new Promise<void>((resolve) => one(resolve))));
  connection.close();
  return objects;
});
