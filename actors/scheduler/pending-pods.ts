/** The pods that wait for a node: ready to be auctioned, waiting for a change, or awarded. */
import type { UnboundPod } from './scheduling-views.js';

interface Waiting {
  readonly pod: UnboundPod;
  /** A place that becomes free could change the answer. */
  readonly forRoom: boolean;
}

/** Pods with one request and one priority: one call asks for all of them. */
export interface PodGroup {
  readonly pods: readonly UnboundPod[];
}

export class PendingPods {
  readonly #ready = new Map<string, UnboundPod>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #awarded = new Map<string, UnboundPod>();

  get ready(): number {
    return this.#ready.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  isReady(uid: string): boolean {
    return this.#ready.has(uid);
  }

  /** New, or changed so that the answer may differ. A pod that has been awarded stays so. */
  add(pod: UnboundPod): void {
    if (this.#awarded.has(pod.uid)) this.#awarded.set(pod.uid, pod);
    else {
      this.#waiting.delete(pod.uid);
      this.#ready.set(pod.uid, pod);
    }
  }

  /** The same pod with other labels or conditions: no reason to ask again. */
  refresh(pod: UnboundPod): void {
    const waiting = this.#waiting.get(pod.uid);
    if (waiting) this.#waiting.set(pod.uid, { ...waiting, pod });
    else if (this.#awarded.has(pod.uid)) this.#awarded.set(pod.uid, pod);
    else if (this.#ready.has(pod.uid)) this.#ready.set(pod.uid, pod);
  }

  remove(uid: string): void {
    this.#ready.delete(uid);
    this.#waiting.delete(uid);
    this.#awarded.delete(uid);
  }

  award(pod: UnboundPod): void {
    this.#ready.delete(pod.uid);
    this.#awarded.set(pod.uid, pod);
  }

  /** An award that came to nothing. */
  giveBack(uid: string): void {
    const pod = this.#awarded.get(uid);
    if (!pod) return;
    this.#awarded.delete(uid);
    this.#ready.set(uid, pod);
  }

  wait(pod: UnboundPod, forRoom: boolean): void {
    if (!this.#ready.delete(pod.uid)) return;
    this.#waiting.set(pod.uid, { pod, forRoom });
  }

  /** Something changed that could change the answer: `room` became free, or a node became another. */
  wake(cause: 'room' | 'node'): void {
    for (const [uid, { pod, forRoom }] of this.#waiting) {
      if (cause === 'room' && !forRoom) continue;
      this.#waiting.delete(uid);
      this.#ready.set(uid, pod);
    }
  }

  /** Highest priority first, then the biggest, then the oldest; at most `podsMax` to a group. */
  groups(podsMax: number): PodGroup[] {
    const groups = new Map<string, UnboundPod[]>();
    for (const pod of this.#ready.values()) {
      const key = `${pod.priority} ${pod.neverPreempts} ${pod.request.class}`;
      const group = groups.get(key);
      if (group) group.push(pod);
      else groups.set(key, [pod]);
    }
    const slices: PodGroup[] = [];
    for (const pods of [...groups.values()].sort(byUrgency)) {
      pods.sort((a, b) => a.createdMs - b.createdMs);
      for (let i = 0; i < pods.length; i += podsMax) slices.push({ pods: pods.slice(i, i + podsMax) });
    }
    return slices;
  }
}

const sizeOf = ({ request }: UnboundPod) => request.scoredCpuMillis / 1000 + request.scoredMemoryBytes / 4e9;

function byUrgency([a]: readonly UnboundPod[], [b]: readonly UnboundPod[]): number {
  if (!a || !b) return 0;
  return b.priority - a.priority || sizeOf(b) - sizeOf(a) || a.createdMs - b.createdMs;
}
