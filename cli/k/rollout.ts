/** `rollout status` of a Deployment, in kubectl's words. */
import { ServerError, type Status } from './cluster-client.js';
import { jsonLines, type WatchEvent } from './json-lines.js';
import type { ApiObject, Session } from './session.js';

export interface RolloutStatus {
  readonly done: boolean;
  readonly message: string;
}

/** Throws an Error when the rollout has failed. */
export function rolloutStatusOf({ metadata, spec = {}, status = {} }: ApiObject): RolloutStatus {
  const name = metadata.name;
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0))
    return { done: false, message: 'Waiting for deployment spec update to be observed...' };
  const progressing = status.conditions?.find((condition: { type: string }) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    throw new Error(`error: deployment "${name}" exceeded its progress deadline`);
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0 } = status;
  const waiting = (what: string) => ({
    done: false,
    message: `Waiting for deployment "${name}" rollout to finish: ${what}...`,
  });
  if (updated < (spec.replicas ?? 1))
    return waiting(`${updated} out of ${spec.replicas} new replicas have been updated`);
  if (replicas > updated) return waiting(`${replicas - updated} old replicas are pending termination`);
  if (available < updated) return waiting(`${available} of ${updated} updated replicas are available`);
  return { done: true, message: `deployment "${name}" successfully rolled out` };
}

export async function rolloutStatus(
  session: Session,
  args: readonly string[],
  { watch }: { watch: boolean },
): Promise<number> {
  const [target] = session.types.targets(args);
  const { type, names } = target!;
  if (type.kind !== 'Deployment' || names.length !== 1)
    throw new Error('error: name one deployment, for example deployment/web');
  const { client } = session;
  const query = { fieldSelector: `metadata.name=${names[0]}` };
  const deployment = await client.get<ApiObject>(session.at(type, names[0]));
  let shown = tell(session, rolloutStatusOf(deployment), '');
  if (!watch || shown.done) return 0;
  const call = { query: { ...query, watch: '1', resourceVersion: deployment.metadata.resourceVersion } };
  for await (const { type: change, object } of jsonLines<WatchEvent<ApiObject & Status>>(
    await client.open('GET', session.at(type), call),
  )) {
    if (change === 'BOOKMARK') continue;
    if (change === 'ERROR') throw new ServerError(object as Status);
    if (change === 'DELETED') throw new Error('error: object has been deleted');
    shown = tell(session, rolloutStatusOf(object), shown.message);
    if (shown.done) return 0;
  }
  throw new Error('error: the watch ended before the rollout did');
}

function tell(session: Session, now: RolloutStatus, before: string): RolloutStatus {
  if (now.message !== before) session.say(now.message);
  return now;
}
