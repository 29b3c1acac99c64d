import { type Engine, messageOf } from './engine.js';

/** Kills and removes a container with its anonymous volumes. Succeeds for one that is gone or going. */
export async function removeForcibly(engine: Engine, id: string): Promise<void> {
  try {
    await engine.heavy((docker) => docker.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    const message = messageOf(error);
    if (/No such container/i.test(message)) return;
    if (!/removal of container .* is already in progress/i.test(message)) throw error;
    await engine.find((docker) => docker.getContainer(id).wait({ condition: 'removed' }));
  }
}
