/** Tests of one file that share one running Troupe. Each has a namespace of its own, which is gone afterwards. */
import test, { type ExecutionContext } from 'ava';
import { ensureTestImage, findDocker } from './images.js';
import { findKubectl } from './kubectl.js';
import type { KubectlSession } from './kubectl-session.js';
import { removeTroupe, startTroupe, type TroupeOptions, type TroupeProcess } from './troupe-process.js';

export interface Place {
  /** In the test's own namespace. */
  readonly k: KubectlSession;
  readonly namespace: string;
  readonly troupe: TroupeProcess;
}

export type OnCluster = (title: string, body: (t: ExecutionContext, place: Place) => Promise<void>) => void;

/** Starts Troupe before the file's first test and removes it after the last. What the machine can't run is skipped, with the reason in its title. */
export async function onCluster(options: TroupeOptions = {}): Promise<OnCluster> {
  const why = await whyNot(options);
  if (why) return (title, body) => test.skip(`${title} (skipped: ${why})`, body as never);
  let troupe: TroupeProcess;
  test.before(async () => {
    troupe = await startTroupe(undefined, options);
  });
  test.after.always(async () => {
    if (troupe) await removeTroupe(troupe);
  });
  let count = 0;
  return (title, body) => {
    const namespace = `test-${++count}`;
    test.serial(title, async (t) => {
      await troupe.kubectl.ok(`create namespace ${namespace}`);
      try {
        await body(t, { k: troupe.kubectl.in(namespace), namespace, troupe });
      } finally {
        await troupe.kubectl.ok(`delete namespace ${namespace} --wait=false --ignore-not-found`);
      }
    });
  };
}

/** Undefined where everything that such a cluster needs is there. */
export async function whyNot({ runtime }: TroupeOptions): Promise<string | undefined> {
  const kubectl = findKubectl();
  if (kubectl.binary === undefined) return kubectl.why;
  if (runtime !== 'docker') return undefined;
  const found = await findDocker();
  if (!found.docker) return found.why;
  await ensureTestImage(found.docker);
  return undefined;
}
