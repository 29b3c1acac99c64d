/** `scale`: by the scale subresource. */
import { shownName } from './resource-types.js';
import type { Session } from './session.js';

export async function scale(session: Session, args: readonly string[], replicas: number): Promise<number> {
  for (const { type, names } of session.types.targets(args)) {
    if (names.length === 0) throw new Error('error: name what is to be scaled, for example deployment/web');
    for (const name of names) {
      await session.client.json('PATCH', `${session.at(type, name)}/scale`, {
        body: { spec: { replicas } },
        contentType: 'application/merge-patch+json',
      });
      session.say(`${shownName(type, name)} scaled`);
    }
  }
  return 0;
}
