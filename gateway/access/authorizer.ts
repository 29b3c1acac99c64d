/** May this user do this? The seam that RBAC will fill. */
import type { User } from './user.js';

export interface AccessAttributes {
  readonly user: User;
  /** get, list, watch, create, update, patch, delete, deletecollection; the lower-case method for paths that are no resource. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  /** For what is not a resource. */
  readonly path?: string;
}

export interface AccessDecision {
  readonly allowed: boolean;
  readonly reason: string;
}

export interface Authorizer {
  /** Answers at once where it can: most requests should not wait a turn. */
  authorize(attributes: AccessAttributes): AccessDecision | Promise<AccessDecision>;
}

const ALLOWED: AccessDecision = Object.freeze({ allowed: true, reason: 'authenticated users may do everything' });
const DENIED: AccessDecision = Object.freeze({ allowed: false, reason: '' });

/** Everybody who is somebody may do everything. */
export class AllowAuthenticated implements Authorizer {
  authorize({ user }: AccessAttributes): AccessDecision {
    return user.name === 'system:anonymous' ? DENIED : ALLOWED;
  }
}
