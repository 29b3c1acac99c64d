/** What a client offers when it asks for an upgrade, and what it gets. */
import type { Duplex } from 'node:stream';
import { BadRequestError, StatusError } from '../../schemas/errors.js';
import { type ApiRequest, headerOf } from '../api-request.js';

export type UpgradeKind = 'websocket' | 'spdy';

const SPDY = 'SPDY/3.1';
const protocolHeader = 'x-stream-protocol-version';

function tokensOf(request: ApiRequest, name: string): string[] {
  const value = request.headers[name];
  const lines = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  return lines
    .flatMap((line) => line.split(','))
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

/** Throws BadRequestError for any other upgrade. */
export function upgradeKindOf(request: ApiRequest): UpgradeKind {
  const wanted = tokensOf(request, 'upgrade').map((token) => token.toLowerCase());
  if (wanted.includes('websocket')) return 'websocket';
  if (wanted.includes(SPDY.toLowerCase())) return 'spdy';
  throw new BadRequestError(
    `unable to upgrade: missing upgrade headers in request: ${JSON.stringify({ Connection: headerOf(request, 'connection') ?? '', Upgrade: wanted.join(', ') })}`,
  );
}

function refusal(client: readonly string[], server: readonly string[]): StatusError {
  const list = (names: readonly string[]) => `[${names.join(' ')}]`;
  return new StatusError(
    403,
    'Forbidden',
    `unable to upgrade: unable to negotiate protocol: client supports ${list(client)}, server accepts ${list(server)}`,
  );
}

/** The client's first choice that `served` has; `''` where the client has none. Throws StatusError 403. */
export function chooseProtocol(request: ApiRequest, kind: UpgradeKind, served: readonly string[]): string {
  const offered = tokensOf(request, kind === 'spdy' ? protocolHeader : 'sec-websocket-protocol');
  if (offered.length === 0) return '';
  const chosen = offered.find((name) => served.includes(name));
  if (chosen === undefined) throw refusal(offered, served);
  return chosen;
}

/** The rest of the connection is SPDY. */
export function switchToSpdy(socket: Duplex, protocol: string): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${SPDY}`];
  if (protocol !== '') lines.push(`X-Stream-Protocol-Version: ${protocol}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}
