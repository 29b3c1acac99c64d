/** Requests and answers as the gateway's core sees them: no sockets, so that the simulation drives the core as it is. */
import type { User } from './access/user.js';

/** Names in lower case, as node gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export type ResponseHeaders = Record<string, string | string[]>;

export interface ApiRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: RequestHeaders;
  readonly body: Uint8Array | undefined;
  /** Whom the transport has proven the client to be (by its certificate). */
  readonly identity: User | undefined;
}

/** Where a streamed answer goes. */
export interface ResponseSink {
  /** False asks for a pause until `onDrain`. After `end`, `abort` or the client's leaving it does nothing. */
  write(bytes: Uint8Array): boolean;
  /** A clean end of the body. */
  end(): void;
  /** Ends the answer without its queue. */
  abort(): void;
  /** Written, but not yet taken by the transport. */
  readonly queuedBytes: number;
  /** Calls back once, when there is room again. */
  onDrain(fn: () => void): void;
  /** Calls back once, when nothing more can be written. At once if that is so already. */
  onClose(fn: () => void): void;
}

export interface BodyResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Long bodies come as chunks of about 64 kB. */
  readonly body: Uint8Array | readonly Uint8Array[];
  readonly run?: undefined;
}

/** An answer without an end known from the start (watch, logs). */
export interface StreamResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  run(sink: ResponseSink): void;
}

export type ApiResponse = BodyResponse | StreamResponse;

export function headerOf(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
