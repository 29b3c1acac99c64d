/** The image of all sandboxes, made on the machine: nothing is downloaded for it. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { tarArchive } from '../tar-archive.js';
import { asRuntimeError, type Engine } from './engine.js';
import { labels } from './identity.js';
import { pauseElf } from './pause-elf.js';

export const PAUSE_IMAGE = 'troupe/pause:1';

/** Makes the image where it is absent. Repeatable; throws RuntimeError. */
export async function ensurePauseImage(engine: Engine): Promise<void> {
  if (await engine.find((docker) => docker.getImage(PAUSE_IMAGE).inspect())) return;
  const { Architecture } = (await engine.call((docker) => docker.info())) as { Architecture: string };
  const elf = pauseElf(Architecture === 'aarch64' ? 'aarch64' : 'x86_64');
  const archive = tarArchive([{ kind: 'file', name: 'pause', content: elf, mode: 0o755 }]);
  const [repo, tag] = PAUSE_IMAGE.split(':');
  const changes = ['ENTRYPOINT ["/pause"]', `LABEL ${labels.type}=pause`];
  const answer = await engine.call((docker) => docker.importImage(Readable.from([archive]), { repo, tag, changes }));
  await text(answer).catch((error: unknown) => Promise.reject(asRuntimeError(error)));
}
