/** `delete`: by name, selector, file or all of a type; waits until they are gone unless told otherwise. */
import { setTimeout as pause } from 'node:timers/promises';
import { ServerError } from './cluster-client.js';
import { readManifests } from './manifests.js';
import { pathOf, type ResourceType } from './resource-types.js';
import type { ApiObject, Session } from './session.js';

export interface DeleteOptions {
  readonly filename?: readonly string[];
  readonly selector?: string;
  readonly all?: boolean;
  readonly force?: boolean;
  readonly gracePeriod?: number;
  readonly cascade?: 'background' | 'foreground' | 'orphan';
  readonly ignoreNotFound?: boolean;
  readonly wait: boolean;
}

interface Doomed {
  readonly type: ResourceType;
  readonly name: string;
  readonly where: string;
}

const pollMs = 250;

export async function remove(session: Session, args: readonly string[], options: DeleteOptions): Promise<number> {
  const doomed = options.filename ? fromFiles(session, options.filename) : await fromArguments(session, args, options);
  if (doomed.length === 0) process.stderr.write('No resources found\n');
  const uids = new Map<Doomed, string | undefined>();
  let failed = 0;
  for (const one of doomed) {
    try {
      uids.set(one, await removeOne(session, one, options));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (options.ignoreNotFound && error.status.code === 404) continue;
      process.stderr.write(`${error.message}\n`);
      failed++;
    }
  }
  if (options.wait) for (const [{ where }, uid] of uids) await untilGone(session, where, uid);
  return failed > 0 ? 1 : 0;
}

function fromFiles(session: Session, files: readonly string[]): Doomed[] {
  return readManifests(files).map((object) => {
    const type = session.types.ofObject(object.apiVersion, object.kind);
    const { name } = object.metadata;
    return { type, name, where: pathOf(type, object.metadata.namespace ?? session.namespace, name) };
  });
}

async function fromArguments(
  session: Session,
  args: readonly string[],
  { all, selector }: DeleteOptions,
): Promise<Doomed[]> {
  const doomed: Doomed[] = [];
  for (const { type, names } of session.types.targets(args)) {
    if (names.length === 0 && !all && !selector)
      throw new Error('error: resource(s) were provided, but no name was specified (or use --all or -l)');
    const found =
      names.length > 0
        ? names
        : (await session.client.get<{ items: ApiObject[] }>(session.at(type), { labelSelector: selector })).items.map(
            ({ metadata }) => metadata.name,
          );
    doomed.push(...found.map((name) => ({ type, name, where: session.at(type, name) })));
  }
  return doomed;
}

/** Answers with the uid of what is going. */
async function removeOne(
  session: Session,
  { type, name, where }: Doomed,
  options: DeleteOptions,
): Promise<string | undefined> {
  const { force, cascade } = options;
  const gracePeriodSeconds = options.gracePeriod ?? (force ? 0 : undefined);
  const propagationPolicy = `${(cascade ?? 'background').charAt(0).toUpperCase()}${(cascade ?? 'background').slice(1)}`;
  const body = {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy,
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
  };
  const answer = await session.client.json<ApiObject & { details?: { uid?: string } }>('DELETE', where, { body });
  session.say(
    `${type.kind.toLowerCase()}${type.group ? `.${type.group}` : ''} "${name}" ${force ? 'force deleted' : 'deleted'}`,
  );
  return answer.kind === 'Status' ? answer.details?.uid : answer.metadata.uid;
}

/** Another object of the same name is not ours to wait for. */
async function untilGone(session: Session, where: string, uid: string | undefined): Promise<void> {
  for (;;) {
    try {
      const object = await session.client.get<ApiObject>(where);
      if (uid !== undefined && object.metadata.uid !== uid) return;
    } catch (error) {
      if (error instanceof ServerError && error.status.code === 404) return;
      throw error;
    }
    await pause(pollMs);
  }
}
