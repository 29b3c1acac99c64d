/** The gateway as a process part: what wiring starts and stops. */
import { Authenticator, type TokenVerifier } from './access/authenticator.js';
import { AllowAuthenticated, type Authorizer } from './access/authorizer.js';
import { ApiServer } from './core.js';
import { Discovery } from './discovery/discovery.js';
import { type HealthCheck, HealthChecks } from './discovery/health.js';
import { RequestMetrics } from './discovery/request-metrics.js';
import type { VersionInfo } from './discovery/version.js';
import { HttpsServer, type TlsFiles } from './http/https-server.js';
import { KindCatalog } from './kind-catalog.js';
import type { KindDefinition } from '../schemas/kinds/kind.js';
import type { GatewayParts } from './resource-call.js';
import { WatchHubs } from './watch/watch-hubs.js';

/** What a gateway is made of. The rest of GatewayParts it makes itself. */
export interface GatewayOptions extends Omit<GatewayParts, 'catalog' | 'watches' | 'authorizer'> {
  readonly kinds: readonly KindDefinition[];
  readonly version: VersionInfo;
  readonly authorizer?: Authorizer;
  readonly tokenVerifier?: TokenVerifier;
  readonly healthChecks?: readonly HealthCheck[];
  readonly metrics?: RequestMetrics;
}

/** The gateway's core without sockets: what the simulation drives. */
export class GatewayCore {
  readonly server: ApiServer;
  readonly watches: WatchHubs;
  readonly metrics: RequestMetrics;
  #address = 'localhost:6443';

  constructor(options: GatewayOptions) {
    const { kinds, version, authorizer, tokenVerifier, healthChecks, metrics, ...rest } = options;
    const catalog = new KindCatalog(kinds);
    this.watches = new WatchHubs(options.clock, options.turn);
    this.metrics = metrics ?? new RequestMetrics();
    this.metrics.add(() => this.watches.metricsText());
    const health = new HealthChecks(healthChecks ?? []);
    const discovery = new Discovery(catalog, version, health, this.metrics, () => this.#address);
    const parts = { ...rest, catalog, watches: this.watches, authorizer: authorizer ?? new AllowAuthenticated() };
    this.server = new ApiServer(parts, new Authenticator(tokenVerifier), discovery, this.metrics);
  }

  /** What discovery says of where the server is. */
  set address(address: string) {
    this.#address = address;
  }
}

export class GatewayServer {
  readonly core: GatewayCore;
  readonly #https: HttpsServer;

  constructor(options: GatewayOptions, tls: TlsFiles) {
    this.core = new GatewayCore(options);
    this.#https = new HttpsServer(this.core.server, tls);
  }

  /** Resolves with the port that it listens on; port 0 picks one. Throws ListenError (`code` EADDRINUSE, one line). */
  async start(host: string, port: number): Promise<number> {
    const chosen = await this.#https.start(host, port);
    this.core.address = host.includes(':') ? `[${host}]:${chosen}` : `${host}:${chosen}`;
    return chosen;
  }

  renewCertificates(tls: TlsFiles): void {
    this.#https.renew(tls);
  }

  /** Ends watches cleanly, lets requests finish, then closes. */
  async stop(): Promise<void> {
    this.core.watches.endAll();
    await this.#https.stop();
  }
}
