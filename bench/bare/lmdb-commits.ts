/** The limit of storing: durable LMDB commits of bodies of this size, as many at once as requests are in flight, batched by lmdb-js. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { open } from 'lmdb';
import { answerParent } from '../harness/program.js';

export interface LmdbRun {
  readonly bodyBytes: number;
  readonly inFlight: number;
  readonly measuredMs: number;
}

export interface LmdbResult {
  readonly perSecond: number;
  readonly latenciesMs: Float64Array;
}

answerParent(async ({ bodyBytes, inFlight, measuredMs }: LmdbRun): Promise<LmdbResult> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'troupe-bench-lmdb-'));
  const db = open<Buffer, Buffer>({
    path: folder,
    encoding: 'binary',
    keyEncoding: 'binary',
    compression: false,
    noMemInit: true,
  });
  const body = Buffer.alloc(bodyBytes, 'x');
  const latencies: number[] = [];
  const until = performance.now() + measuredMs;
  let count = 0;
  const worker = async () => {
    while (performance.now() < until) {
      const startedAt = performance.now();
      void db.put(Buffer.from(`key-${count++}`), body);
      await db.flushed;
      latencies.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const tookMs = performance.now() - startedAt;
  await db.close();
  rmSync(folder, { recursive: true, force: true });
  return { perSecond: (latencies.length / tookMs) * 1000, latenciesMs: Float64Array.from(latencies) };
});
