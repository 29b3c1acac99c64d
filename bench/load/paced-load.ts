/** Creates ConfigMaps at a steady rate, whatever the answers do: what a user's changes look like to watchers. */
import { setTimeout as pause } from 'node:timers/promises';
import { answerParent } from '../harness/program.js';
import type { Target } from '../harness/target.js';
import { bodyMaker, pathOf } from './bodies.js';
import { H2Connection } from './h2-connection.js';

export interface PacedRun {
  readonly target: Target;
  readonly perSecond: number;
  readonly measuredMs: number;
}

const nothing = { data: () => undefined, end: () => undefined };
let runs = 0;

answerParent(async ({ target, perSecond, measuredMs }: PacedRun): Promise<number> => {
  const connection = await H2Connection.open(target);
  const nextBody = bodyMaker('configmap', `${process.pid.toString(36)}-${runs++}`);
  const startedAt = performance.now();
  let sent = 0;
  for (let passedMs = 0; passedMs < measuredMs; passedMs = performance.now() - startedAt) {
    const due = (passedMs / 1000) * perSecond;
    for (; sent < due; sent++) connection.post(pathOf.configmap, nextBody(), nothing);
    await pause(1);
  }
  connection.close();
  return sent;
});
