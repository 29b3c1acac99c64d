/** Probes of simulated pods: found by address, and healthy while their containers run. */
import type { HttpProbeRequest, ProbeTransport } from '../probes/probe-transport.js';
import type { SimulatedNetwork } from './simulated-network.js';

export class SimulatedTransport implements ProbeTransport {
  constructor(private readonly network: SimulatedNetwork) {}

  async http(request: HttpProbeRequest): Promise<{ status: number; body: string }> {
    const listener = this.network.at(request.host);
    if (!listener) throw new Error(`dial tcp ${request.host}:${request.port}: connect: no route to host`);
    return listener.healthy() ? { status: 200, body: 'ok' } : { status: 503, body: 'not ready' };
  }

  async tcp(host: string, port: number): Promise<void> {
    if (!this.network.at(host)?.healthy()) throw new Error(`dial tcp ${host}:${port}: connect: connection refused`);
  }

  async grpc(host: string): Promise<string> {
    return this.network.at(host)?.healthy() ? 'SERVING' : 'NOT_SERVING';
  }
}
