/** Creates objects over one HTTP/2 connection with a fixed number in flight, and times each. */
import { answerParent } from '../harness/program.js';
import type { Target } from '../harness/target.js';
import { type BodyKind, bodyMaker, pathOf } from './bodies.js';
import { H2Connection } from './h2-connection.js';

export interface CreateRun {
  readonly target: Target;
  readonly kind: BodyKind;
  readonly inFlight: number;
  /** Creates before the measuring begins. */
  readonly warmUpCount: number;
  readonly measuredMs: number;
}

export interface CreateResult {
  readonly perSecond: number;
  /** Creates while it was being measured. */
  readonly count: number;
  /** And with the warm-up. */
  readonly all: number;
  readonly latenciesMs: Float64Array;
  readonly failed: number;
}

const STATUS = Buffer.from('{"kind":"Status"');
let runs = 0;

answerParent(async ({ target, kind, inFlight, warmUpCount, measuredMs }: CreateRun): Promise<CreateResult> => {
  const connection = await H2Connection.open(target);
  const path = `${pathOf[kind]}?fieldValidation=Strict`;
  const nextBody = bodyMaker(kind, `${process.pid.toString(36)}-${runs++}`);
  const latencies: number[] = [];
  let failed = 0;
  let all = 0;
  let from = warmUpCount === 0 ? performance.now() : Number.POSITIVE_INFINITY;
  const one = (done: () => void) => {
    const startedAt = performance.now();
    let isFirst = true;
    connection.post(path, nextBody(), {
      data(bytes) {
        if (isFirst && bytes.subarray(0, STATUS.length).equals(STATUS)) failed++;
        isFirst = false;
      },
      end() {
        const now = performance.now();
        if (++all === warmUpCount) from = now;
        const until = from + measuredMs;
        if (startedAt >= from && now <= until) latencies.push(now - startedAt);
        if (now < until) one(done);
        else done();
      },
    });
  };
  await Promise.all(Array.from({ length: inFlight }, () => new Promise<void>((resolve) => one(resolve))));
  connection.close();
  return {
    perSecond: (latencies.length / measuredMs) * 1000,
    count: latencies.length,
    all,
    latenciesMs: Float64Array.from(latencies),
    failed,
  };
});
