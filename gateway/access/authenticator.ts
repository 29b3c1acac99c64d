/** Who is it? A client certificate (proven by the transport) or a bearer token. */
import { UnauthorizedError } from '../../schemas/errors.js';
import type { ApiRequest } from '../api-request.js';
import { authenticated, type User } from './user.js';

export interface TokenVerifier {
  /** Undefined for a token that isn't good (any more). */
  verify(token: string): Promise<User | undefined> | User | undefined;
}

/** Certificates count before tokens, as in Kubernetes. */
export class Authenticator {
  readonly #known = new WeakMap<User, User>();

  constructor(private readonly tokens: TokenVerifier | undefined) {}

  /** The user of a connection that was seen before, without a wait. */
  known(request: ApiRequest): User | undefined {
    return request.identity && this.#known.get(request.identity);
  }

  /** Undefined for a request that says nothing about who sends it. Throws UnauthorizedError for a bad token. */
  async authenticate(request: ApiRequest): Promise<User | undefined> {
    const { identity } = request;
    if (identity) {
      const user = this.#known.get(identity) ?? authenticated(identity);
      this.#known.set(identity, user);
      return user;
    }
    const token = bearerToken(request);
    if (token === undefined) return undefined;
    const user = await this.tokens?.verify(token);
    if (!user) throw new UnauthorizedError();
    return authenticated(user);
  }
}

const PROTOCOL_PREFIX = 'base64url.bearer.authorization.k8s.io.';

function bearerToken({ headers }: ApiRequest): string | undefined {
  const { authorization } = headers;
  if (typeof authorization === 'string') return /^bearer\s+(\S+)\s*$/i.exec(authorization)?.[1];
  const protocols = headers['sec-websocket-protocol']; // Browsers can't set headers on WebSockets.
  if (typeof protocols !== 'string') return undefined;
  const protocol = protocols.split(',').find((text) => text.trim().startsWith(PROTOCOL_PREFIX));
  return protocol && Buffer.from(protocol.trim().slice(PROTOCOL_PREFIX.length), 'base64url').toString();
}
