/** Logs, exec, attach and port-forward: checks, the handshake, and then a stream to the pod's node. */
import type { Duplex } from 'node:stream';
import type { Bus } from '../../bus/bus.js';
import type { Clock } from '../../runtime/process/clock.js';
import { TooManyRequestsError } from '../../schemas/errors.js';
import type { StreamOpen } from '../../schemas/messages/node-link.js';
import type { ApiResponse } from '../api-request.js';
import type { PodStreamCall, PodStreams, UpgradeSubresource } from '../pod-ports.js';
import { bytesResponse } from '../respond.js';
import { SocketTransport } from './byte-transport.js';
import { chooseProtocol, switchToSpdy, upgradeKindOf } from './handshake.js';
import { logOptionsOf } from './logs/log-options.js';
import { logResponse, logToWebSocket, webSocketLogProtocols } from './logs/pod-log.js';
import { openNodeStream } from './node-streams.js';
import { boundNodeOf, containerOf, nodeOf, targetOf } from './pod-target.js';
import type { OpenPort } from './port-forward/forward-port.js';
import { spdyPortProtocol, SpdyPorts, tunnelProtocol } from './port-forward/spdy-ports.js';
import {
  forwardWebSocketPorts,
  portsOf,
  webSocketPortFormat,
  webSocketPortProtocols,
} from './port-forward/web-socket-ports.js';
import { commandOf, streamOptionsOf } from './remote-command/command-options.js';
import { runRemoteCommand } from './remote-command/remote-command.js';
import { SpdyCommandClient, spdyCommandProtocols, spdyOutcomeFormat } from './remote-command/spdy-client.js';
import {
  WebSocketCommandClient,
  webSocketCommandProtocol,
  webSocketCommandProtocols,
} from './remote-command/web-socket-client.js';
import { streamLimits } from './stream-limits.js';
import { ChannelSocket } from './websocket/channel-socket.js';
import { acceptWebSocket } from './websocket/message-socket.js';
import { TunnelTransport } from './websocket/tunnel-transport.js';

interface Upgrade {
  readonly call: PodStreamCall;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

export class StreamGateway implements PodStreams {
  #sessions = 0;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {}

  /** A pod that is bound to no node has an empty log. */
  async log({ pod, query }: PodStreamCall): Promise<ApiResponse> {
    const open = logOpen({ pod, query });
    const node = nodeOf(pod);
    if (node === '') return bytesResponse(204, new Uint8Array(), 'text/plain');
    return logResponse(await openNodeStream(this.bus, node, open), this.clock);
  }

  /** Throws StatusErrors until the handshake is answered; what comes later is told inside the stream. Resolves at the connection's end. */
  async upgrade(subresource: UpgradeSubresource, call: PodStreamCall, socket: Duplex, head: Uint8Array): Promise<void> {
    if (this.#sessions >= streamLimits.sessionsMax)
      throw new TooManyRequestsError('too many streams to pods are open, please try again later');
    this.#sessions++;
    try {
      const upgrade = { call, socket, head };
      if (subresource === 'log') await this.#logs(upgrade);
      else if (subresource === 'portforward') await this.#portForward(upgrade);
      else await this.#remoteCommand(subresource, upgrade);
    } finally {
      this.#sessions--;
    }
  }

  async #logs(upgrade: Upgrade): Promise<void> {
    const { call } = upgrade;
    const open = logOpen(call);
    const protocol = chooseProtocol(call.request, 'websocket', webSocketLogProtocols);
    const node = await openNodeStream(this.bus, boundNodeOf(call.pod), open);
    try {
      await logToWebSocket(node, await this.#webSocket(upgrade, protocol), protocol);
    } finally {
      node.close();
    }
  }

  async #remoteCommand(subresource: 'exec' | 'attach', upgrade: Upgrade): Promise<void> {
    const { request, query, pod } = upgrade.call;
    const node = boundNodeOf(pod);
    const kind = upgradeKindOf(request);
    const options = streamOptionsOf(query, kind);
    const about = { ...targetOf(pod), container: containerOf(pod, query.get('container')), ...options };
    const open: StreamOpen =
      subresource === 'exec' ? { kind: 'exec', command: commandOf(query), ...about } : { kind: 'attach', ...about };
    const openNode = () => openNodeStream(this.bus, node, open);
    if (kind === 'websocket') {
      const protocol = chooseProtocol(request, kind, webSocketCommandProtocols);
      const format = webSocketCommandProtocol(protocol);
      const channels = new ChannelSocket(await this.#webSocket(upgrade, protocol), format);
      return runRemoteCommand(new WebSocketCommandClient(channels, options), format.outcome, openNode);
    }
    const protocol = chooseProtocol(request, kind, spdyCommandProtocols);
    const client = new SpdyCommandClient(this.#spdy(upgrade, protocol), this.clock, options, protocol);
    if (await client.isReady) await runRemoteCommand(client, spdyOutcomeFormat(protocol), openNode);
    else client.finish();
  }

  async #portForward(upgrade: Upgrade): Promise<void> {
    const { request, query, pod } = upgrade.call;
    const node = boundNodeOf(pod);
    const target = targetOf(pod);
    const open: OpenPort = (port) => openNodeStream(this.bus, node, { kind: 'portForward', ...target, port });
    if (upgradeKindOf(request) === 'spdy') {
      const protocol = chooseProtocol(request, 'spdy', [spdyPortProtocol]);
      return new SpdyPorts(this.#spdy(upgrade, protocol), this.clock, target, open).closed;
    }
    const protocol = chooseProtocol(request, 'websocket', [tunnelProtocol, ...webSocketPortProtocols]);
    if (protocol === tunnelProtocol) {
      const transport = new TunnelTransport(await this.#webSocket(upgrade, protocol));
      return new SpdyPorts(transport, this.clock, target, open).closed;
    }
    const ports = portsOf(query);
    const channels = new ChannelSocket(await this.#webSocket(upgrade, protocol), webSocketPortFormat(protocol));
    await forwardWebSocketPorts(channels, ports, target, open);
  }

  #webSocket({ call, socket, head }: Upgrade, protocol: string) {
    return acceptWebSocket(call.request, socket, head, protocol, this.clock);
  }

  #spdy({ socket, head }: Upgrade, protocol: string): SocketTransport {
    switchToSpdy(socket, protocol);
    return new SocketTransport(socket, head, this.clock);
  }
}

function logOpen({ pod, query }: Pick<PodStreamCall, 'pod' | 'query'>): StreamOpen {
  const options = logOptionsOf(query, pod.name);
  return { kind: 'logs', ...targetOf(pod), container: containerOf(pod, query.get('container')), options };
}
