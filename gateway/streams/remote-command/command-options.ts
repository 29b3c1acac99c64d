/** What the query of exec and attach asks for. */
import { BadRequestError } from '../../../schemas/errors.js';
import type { Query } from '../../query.js';
import type { UpgradeKind } from '../handshake.js';

export interface StreamOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/**
 * Output is on unless it's said to be off. But a SPDY client opens exactly the streams that it names, and waiting for one that it doesn't would be in vain.
 * A terminal has no stderr of its own. Throws BadRequestError where nothing is left.
 */
export function streamOptionsOf(query: Query, kind: UpgradeKind): StreamOptions {
  const named = (['stdin', 'stdout', 'stderr'] as const).some((name) => query.boolean(name));
  const output = kind === 'websocket' || !named;
  const tty = query.boolean('tty') ?? false;
  const stdin = query.boolean('stdin') ?? false;
  const stdout = query.boolean('stdout') ?? output;
  const stderr = (query.boolean('stderr') ?? output) && !tty;
  if (!stdin && !stdout && !stderr) throw new BadRequestError('you must specify at least 1 of stdin, stdout, stderr');
  return { stdin, stdout, stderr, tty };
}

/** Throws BadRequestError where there is none. */
export function commandOf(query: Query): string[] {
  const command = query.all('command');
  if (command.length === 0) throw new BadRequestError('you must specify at least one command for the container');
  return command;
}
