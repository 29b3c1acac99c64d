/** What a simulated container does, told by its labels; and what it prints. Pure. */
import type { ContainerSpec } from './container-runtime.js';

/** Annotations of a pod with this prefix reach its containers as labels. */
export const SIMULATED_PREFIX = 'simulated.troupe.dev/';

export interface SimulatedBehaviour {
  readonly startDelayMs: number | undefined;
  readonly stopDelayMs: number | undefined;
  /** Undefined: runs until it is stopped. */
  readonly exitAfterMs: number | undefined;
  readonly exitCode: number;
  readonly neverReady: boolean;
  readonly startError: string | undefined;
}

/** `simulated.troupe.dev/{start-delay,stop-delay,exit-after,exit-code,init-exit-code,never-ready,start-error}`; init containers end by themselves. */
export function behaviourOf(spec: ContainerSpec, initMs: number): SimulatedBehaviour {
  const label = (name: string) => spec.labels[SIMULATED_PREFIX + name];
  const ends = spec.kind === 'init' && spec.labels[SIDECAR_LABEL] !== 'true';
  return {
    startDelayMs: durationOf(label('start-delay')),
    stopDelayMs: durationOf(label('stop-delay')),
    exitAfterMs: ends ? initMs : spec.kind === 'main' ? durationOf(label('exit-after')) : undefined,
    exitCode: Number(label(ends ? 'init-exit-code' : 'exit-code') ?? 0),
    neverReady: label('never-ready') === 'true',
    startError: label('start-error'),
  };
}

/** Set by the agent on restartable init containers, which don't end by themselves. */
export const SIDECAR_LABEL = 'io.troupe.sidecar';

/** `1500ms`, `5s`, `2m`; undefined for what is no duration. */
function durationOf(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text ?? '');
  if (!match) return undefined;
  const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  return Number(match[1]) * units[match[2]!]!;
}

/** A few commands that people and probes try; everything else succeeds and says what it was. */
export function simulatedExec(
  spec: ContainerSpec,
  neverReady: boolean,
  command: readonly string[],
): { exitCode: number; output: string } {
  const words = command[0]?.endsWith('sh') && command[1] === '-c' ? (command[2] ?? '').split(/\s+/) : [...command];
  const name = (words[0] ?? '').split('/').at(-1);
  if (name === 'false' || neverReady) return { exitCode: 1, output: '' };
  if (name === 'exit') return { exitCode: Number(words[1] ?? 0) & 255, output: '' };
  if (name === 'true' || name === 'sleep' || name === ':') return { exitCode: 0, output: '' };
  if (name === 'echo') return { exitCode: 0, output: `${words.slice(1).join(' ').replace(/["']/g, '')}\n` };
  if (name === 'hostname') return { exitCode: 0, output: `${spec.pod.name}\n` };
  if (name === 'env')
    return { exitCode: 0, output: spec.env.map((variable) => `${variable.name}=${variable.value}\n`).join('') };
  return { exitCode: 0, output: `simulated: ${command.join(' ')}\n` };
}
