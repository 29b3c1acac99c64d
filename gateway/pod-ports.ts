/** What the gateway needs from elsewhere for pods: streams to their containers, and binds. */
import type { Duplex } from 'node:stream';
import type { CacheEntry } from '../runtime/views/resource-cache.js';
import type { User } from './access/user.js';
import type { ApiRequest, ApiResponse } from './api-request.js';
import type { Query } from './query.js';

/** `log` too: some clients read logs over WebSocket. */
export type UpgradeSubresource = 'exec' | 'attach' | 'portforward' | 'log';

export interface PodStreamCall {
  readonly request: ApiRequest;
  readonly query: Query;
  readonly user: User;
  /** As it was when the request was authorized, fresh. */
  readonly pod: CacheEntry;
}

/** Implemented by gateway/streams. Errors are thrown as StatusErrors. */
export interface PodStreams {
  log(call: PodStreamCall): Promise<ApiResponse>;
  /** After the checks, with the client's socket (HTTP/1.1 Upgrade, WebSocket or SPDY); what is thrown before the handshake is answered as a Status. */
  upgrade(subresource: UpgradeSubresource, call: PodStreamCall, socket: Duplex, head: Uint8Array): Promise<void>;
}

export interface PodBinder {
  /** An award to the node's bidder. Throws StatusErrors (409 where the pod is bound already). */
  bind(pod: CacheEntry, node: string, user: User): Promise<void>;
}
