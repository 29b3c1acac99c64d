/** Which objects an owner controls by its selector, and the writes that adopt and release them. */
import { NotFoundError, StatusError } from '../../schemas/errors.js';
import { compileSelector } from '../../schemas/meta/label-selector.js';
import { controllerRef, type KubeObject, keyOf, keyOfObject, type OwnerReference } from '../../schemas/meta/object.js';
import type { ResourceClient } from '../../runtime/admission/resource-client.js';

export interface Ownable {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly controller: OwnerReference | undefined;
  readonly terminating: boolean;
}

export interface Claims<T> {
  readonly owned: T[];
  readonly adopt: T[];
  readonly release: T[];
}

type Owner = KubeObject & { spec?: { selector?: any } };

/** Pure: sorts candidates (controlled by the owner's uid, or by nobody) into owned, to adopt, and to release. */
export function claimsOf<T extends Ownable>(owner: Owner, candidates: Iterable<T>): Claims<T> {
  const matches = compileSelector(owner.spec?.selector);
  const ownerTerminating = owner.metadata.deletionTimestamp !== undefined;
  const claims: Claims<T> = { owned: [], adopt: [], release: [] };
  for (const item of candidates) {
    if (item.controller) {
      if (item.controller.uid !== owner.metadata.uid) continue;
      if (matches(item.labels)) claims.owned.push(item);
      else if (!ownerTerminating) claims.release.push(item);
    } else if (!ownerTerminating && !item.terminating && matches(item.labels)) {
      claims.adopt.push(item);
    }
  }
  return claims;
}

/** Throws unless the owner is, by a fenced read, still there with its uid and not being deleted. */
async function assertLiving(client: ResourceClient, type: string, owner: KubeObject): Promise<void> {
  const stored = await client.read(type, keyOfObject(owner));
  if (!stored || stored.object.metadata.uid !== owner.metadata.uid) {
    const [resource = type, ...group] = type.split('.');
    throw new NotFoundError({ group: group.join('.'), resource, name: owner.metadata.name });
  }
  if (stored.object.metadata.deletionTimestamp !== undefined) {
    throw new StatusError(409, 'Conflict', `${owner.metadata.namespace}/${owner.metadata.name} has just been deleted`);
  }
}

/** Objects that are gone or changed their mind meanwhile are no error. */
async function tolerant(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof StatusError && (error.code === 404 || error.code === 409 || error.code === 422)) return false;
    throw error;
  }
}

/** Makes the claims true. Answers whether anything was written: then the views bring the key back. */
export async function settleClaims<T extends Ownable>(
  client: ResourceClient,
  ownerType: string,
  owner: KubeObject,
  type: string,
  claims: Claims<T>,
): Promise<boolean> {
  if (claims.adopt.length === 0 && claims.release.length === 0) return false;
  if (claims.adopt.length > 0) await assertLiving(client, ownerType, owner);
  const reference = controllerRef(owner);
  const patchOwners = (item: T, ownerReferences: unknown[]) =>
    tolerant(
      client.patch(type, keyOf(item.namespace, item.name), {
        patchType: 'strategic',
        patch: { metadata: { uid: item.uid, ownerReferences } },
        target: '',
        preconditions: { uid: item.uid },
      }),
    );
  const written = await Promise.all([
    ...claims.adopt.map((item) => patchOwners(item, [reference])),
    ...claims.release.map((item) => patchOwners(item, [{ $patch: 'delete', uid: owner.metadata.uid }])),
  ]);
  return written.some(Boolean);
}
