/** Which pod and which of its containers `logs` and `exec` mean. */
import type { ApiObject, Session } from './session.js';

const defaultContainer = 'kubectl.kubernetes.io/default-container';

/** `web-0`, `pod/web-0`, or a workload whose pods are taken by its selector: one that runs, if there is one. */
export async function choosePod(session: Session, arg: string): Promise<ApiObject> {
  const [target] = session.types.targets(arg.includes('/') ? [arg] : ['pods', arg]);
  const { type, names } = target!;
  const object = await session.client.get<ApiObject>(session.at(type, names[0]));
  if (type.kind === 'Pod') return object;
  const labels = object.spec?.selector?.matchLabels as Record<string, string> | undefined;
  if (!labels) throw new Error(`error: cannot find the pods of a ${type.kind}`);
  const pods = await podsOf(
    session,
    Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
  );
  const [first] = pods.toSorted((a, b) => Number(isRunning(b)) - Number(isRunning(a)));
  if (!first) throw new Error(`error: ${arg} has no pods`);
  return first;
}

export async function podsOf(session: Session, labelSelector: string): Promise<readonly ApiObject[]> {
  return (await session.client.get<{ items: ApiObject[] }>(session.at(session.types.named('pods')), { labelSelector }))
    .items;
}

export function chooseContainer(pod: ApiObject, wanted: string | undefined): string {
  if (wanted) return wanted;
  const names = ((pod.spec?.containers ?? []) as { name: string }[]).map(({ name }) => name);
  const annotated = pod.metadata.annotations?.[defaultContainer];
  if (annotated && names.includes(annotated)) return annotated;
  if (names.length > 1) process.stderr.write(`Defaulted container "${names[0]}" out of: ${names.join(', ')}\n`);
  return names[0]!;
}

const isRunning = (pod: ApiObject) => pod.status?.phase === 'Running';
