/** Binds one reserved pod and finds out, whatever happens on the way, whether it is bound: a reservation ends only when that is known. */
import { StatusError } from '../../schemas/errors.js';
import type { ObjectKey, Pod } from '../../schemas/meta/object.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';
import type { Guard, Written } from '../../schemas/messages/resource.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';
import { type Clock, sleep } from '../../runtime/process/clock.js';

export interface Binding {
  readonly key: ObjectKey;
  readonly uid: string;
  readonly node: string;
  readonly guards: readonly Guard[];
}

/** bound: `revision` of pods at which it is. refused: not bound, though the pod still waits; `why` in words. gone: no such pod, or bound elsewhere. */
export type Fate =
  | { readonly kind: 'bound'; readonly revision: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly why: string };

const BUDGET_MS = 10_000;
const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 5_000;

/** What a caller cannot know to have failed. */
const isUnknown = (error: unknown): boolean =>
  !(error instanceof StatusError) || error.code >= 500 || error.code === 429;

/** Repeats with the same ask id until the store has said yes or no, or a fenced read shows the pod. Rejects only when `signal` aborts. */
export async function bindUntilKnown(
  client: ResourceClient,
  clock: Clock,
  binding: Binding,
  signal: AbortSignal,
): Promise<Fate> {
  const { key, uid, node, guards } = binding;
  const options = { askId: `bind/${uid}/${node}/${guards.map(({ value }) => value).join('/')}`, budgetMs: BUDGET_MS };
  for (let pauseMs = PAUSE_MIN_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      return bound(await client.bind(key, { uid, node, guards }, options));
    } catch (error) {
      if (signal.aborted) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (!isUnknown(error)) return await fateOf(client, binding, why);
    }
    await sleep(clock, pauseMs, signal);
  }
}

function bound(written: Written): Fate {
  return { kind: 'bound', revision: decodeResourceVersion(written.stored.resourceVersion)?.revision ?? 0 };
}

/** A refusal says that this try did nothing; a fenced read says what is. */
async function fateOf(client: ResourceClient, { key, uid, node }: Binding, why: string): Promise<Fate> {
  const stored = await client.read('pods', key).catch(() => null);
  // Refused is known even where the read fails: nothing was bound by us.
  if (stored === null) return { kind: 'refused', why };
  const pod = stored?.object as Pod | undefined;
  if (!stored || pod?.metadata.uid !== uid) return { kind: 'gone' };
  if (pod.spec.nodeName === node) {
    return { kind: 'bound', revision: decodeResourceVersion(stored.resourceVersion)?.revision ?? 0 };
  }
  if (pod.spec.nodeName || pod.metadata.deletionTimestamp !== undefined) return { kind: 'gone' };
  return { kind: 'refused', why };
}
