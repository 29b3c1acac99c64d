/** Which of the control plane's messages an agent obeys, and in what order. Pure bookkeeping. */
import type { DesiredPods } from '../../schemas/messages/node-link.js';
import type { Pod, PodStatus } from '../../schemas/meta/object.js';
import { decodeResourceVersion } from '../../schemas/meta/resource-version.js';

export interface ChangedPods {
  readonly storeGeneration: number;
  readonly after: number;
  readonly revision: number;
  readonly pods: readonly Pod[];
  readonly removed: readonly { readonly namespace: string; readonly name: string; readonly uid: string }[];
  readonly token?: string;
}

/** `ignored`: older than what is known. `gap`: something before it was lost; ask for everything. */
export type Verdict =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'gap' }
  | { readonly kind: 'obey'; readonly pods: readonly Pod[]; readonly removed: readonly string[] };

const ignored: Verdict = { kind: 'ignored' };

export class DesiredState {
  #generation = 0;
  #revision = 0;
  #owner: readonly [generation: number, epoch: number] = [0, 0];
  readonly #pods = new Map<string, Pod>();

  get revision(): number {
    return this.#revision;
  }

  get storeGeneration(): number {
    return this.#generation;
  }

  get pods(): ReadonlyMap<string, Pod> {
    return this.#pods;
  }

  has(uid: string): boolean {
    return this.#pods.has(uid);
  }

  /** All pods at one revision. A pod that is missing is to be removed only if the message is newer than what we know of the pod. */
  replace({ storeGeneration, revision, pods, token }: DesiredPods): Verdict {
    if (this.#isOld(storeGeneration, revision) || !this.#speaksFor(token)) return ignored;
    const wanted = new Set(pods.map((pod) => pod.metadata.uid));
    const removed = [...this.#pods.values()].filter(
      (pod) => !wanted.has(pod.metadata.uid) && isOlder(pod, storeGeneration, revision),
    );
    this.#take(storeGeneration, revision);
    for (const pod of removed) this.#pods.delete(pod.metadata.uid);
    for (const pod of pods) this.#pods.set(pod.metadata.uid, pod);
    return { kind: 'obey', pods, removed: removed.map((pod) => pod.metadata.uid) };
  }

  change({ storeGeneration, after, revision, pods, removed, token }: ChangedPods): Verdict {
    if (this.#isOld(storeGeneration, revision) || !this.#speaksFor(token)) return ignored;
    if (storeGeneration !== this.#generation || after !== this.#revision) return { kind: 'gap' };
    this.#take(storeGeneration, revision);
    for (const { uid } of removed) this.#pods.delete(uid);
    for (const pod of pods) this.#pods.set(pod.metadata.uid, pod);
    return { kind: 'obey', pods, removed: removed.map(({ uid }) => uid) };
  }

  /** What was saved before a restart: run on until somebody says otherwise. */
  restore({ storeGeneration, revision, pods }: DesiredPods): void {
    this.#take(storeGeneration, revision);
    for (const pod of pods) this.#pods.set(pod.metadata.uid, pod);
  }

  /** The control plane knows that the pod has ended: neither does a restart begin it again. False where it isn't wanted any more. */
  ended(uid: string, status: PodStatus): boolean {
    const pod = this.#pods.get(uid);
    if (pod) this.#pods.set(uid, { ...pod, status });
    return pod !== undefined;
  }

  forget(uid: string): void {
    this.#pods.delete(uid);
  }

  snapshot(): DesiredPods {
    return { storeGeneration: this.#generation, revision: this.#revision, pods: [...this.#pods.values()] };
  }

  /** False for an owner of the node-link that has been replaced. */
  #speaksFor(token: string | undefined): boolean {
    if (token === undefined) return true;
    const [generation = 0, epoch = 0] = token.split('.').map(Number);
    const [highestGeneration, highestEpoch] = this.#owner;
    if (generation < highestGeneration || (generation === highestGeneration && epoch < highestEpoch)) return false;
    this.#owner = [generation, epoch];
    return true;
  }

  #take(generation: number, revision: number): void {
    this.#generation = generation;
    this.#revision = revision;
  }

  #isOld(generation: number, revision: number): boolean {
    if (generation !== this.#generation) return generation < this.#generation;
    return revision < this.#revision;
  }
}

function isOlder(pod: Pod, generation: number, revision: number): boolean {
  const version = decodeResourceVersion(pod.metadata.resourceVersion);
  if (!version) return true;
  return (
    version.storeGeneration < generation || (version.storeGeneration === generation && version.revision <= revision)
  );
}
