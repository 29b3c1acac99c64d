/** Runs lives of a mutated cluster, each mutation in a process of its own, until a life fails. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './mutations.js';

export interface Verdict {
  readonly mutation: Mutation;
  /** The seed whose life failed; undefined: nobody noticed. */
  readonly seed: number | undefined;
  /** What was noticed, or why nothing could be. */
  readonly what: string;
}

const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Tries seeds 1 to `seedsMax`. Throws if the mutation can't be applied. */
export async function runMutation(mutation: Mutation, seedsMax: number): Promise<Verdict> {
  const args = [
    '--import',
    fileHere('mutation-hook.js'),
    fileHere('simulate.js'),
    '--seeds',
    String(seedsMax),
    '--stop',
    '--lines',
    '0',
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, TROUPE_MUTATION: mutation.name },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const text = await out;
  const failed = /^FAILED seed (\d+), step \d+: (.*)$/m.exec(text);
  if (failed) return { mutation, seed: Number(failed[1]), what: failed[2]!.slice(0, 160) };
  if (code !== 0) throw new Error(`${mutation.name}: ${await err}`);
  return { mutation, seed: undefined, what: `not found by ${seedsMax} seeds` };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
