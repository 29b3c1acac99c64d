/** The log of a simulated container: made when it is read, and nothing is kept. Pure. */
import type { LogOptions } from '../../schemas/messages/node-link.js';
import type { ContainerState } from './container-runtime.js';

interface Line {
  readonly atMs: number;
  readonly text: string;
}

/** The bytes that a reader with these options gets. */
export function simulatedLog(state: ContainerState, options: LogOptions, nowMs: number): Uint8Array {
  if (options.stream === 'Stderr') return new Uint8Array();
  let lines = linesOf(state);
  const since = options.sinceTime
    ? Date.parse(options.sinceTime)
    : options.sinceSeconds
      ? nowMs - options.sinceSeconds * 1_000
      : undefined;
  if (since !== undefined) lines = lines.filter((line) => line.atMs >= since);
  if (options.tailLines !== undefined) lines = options.tailLines === 0 ? [] : lines.slice(-options.tailLines);
  const text = lines
    .map((line) => (options.timestamps ? `${stamp(line.atMs)} ${line.text}\n` : `${line.text}\n`))
    .join('');
  const bytes = Buffer.from(text);
  return options.limitBytes === undefined ? bytes : bytes.subarray(0, options.limitBytes);
}

function linesOf(state: ContainerState): Line[] {
  if (state.startedAtMs === undefined) return [];
  const lines = [
    {
      atMs: state.startedAtMs,
      text: `simulated container ${state.name} of pod ${state.pod.namespace}/${state.pod.name}`,
    },
    { atMs: state.startedAtMs, text: `image ${state.image}, attempt ${state.attempt}` },
  ];
  if (state.state === 'exited')
    lines.push({ atMs: state.finishedAtMs ?? state.startedAtMs, text: `exit code ${state.exitCode}` });
  return lines;
}

const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
