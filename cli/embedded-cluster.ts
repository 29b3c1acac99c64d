/** One cluster in one process: LMDB, memory bus, control plane, gateway and the machine's agent. Starts in order, stops in reverse. */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TokenIssuer } from '../actors/node-links/token-issuer.js';
import { MemoryBus } from '../bus/memory-bus.js';
import { Certificates, type ClusterCertificates, serverNames } from '../gateway/access/certificates.js';
import { kubeconfig } from '../gateway/access/kubeconfig.js';
import { ServiceAccountTokens } from '../gateway/access/service-account-tokens.js';
import { versionInfo } from '../gateway/discovery/version.js';
import { GatewayServer } from '../gateway/gateway-server.js';
import { StreamGateway } from '../gateway/streams/stream-gateway.js';
import { SystemClock } from '../runtime/process/clock.js';
import type { Logger } from '../runtime/process/logger.js';
import { SystemRandom } from '../runtime/process/random.js';
import { SystemTurn } from '../runtime/process/turn.js';
import { StoreUnusableError } from '../runtime/snapshots/snapshot-store.js';
import { LmdbStore } from '../runtime/snapshots/lmdb-store.js';
import type { ResourceCaches } from '../runtime/views/resource-cache.js';
import { NotFoundError } from '../schemas/errors.js';
import { bootstrapObjects } from '../schemas/kinds/bootstrap-objects.js';
import { kinds } from '../schemas/kinds/registry.js';
import { keyOf } from '../schemas/meta/object.js';
import { actorTypes, clusterParts } from './cluster-parts.js';
import { ControlPlane } from './control-plane.js';
import { loadMachine, type MachineOptions, startMachine } from './machine.js';
import { PodAwards } from './pod-awards.js';
import { troupeVersion } from './version.js';

export interface EmbeddedOptions {
  readonly dataFolder: string;
  readonly apiHost: string;
  /** Tried in order; 0 picks a free one. */
  readonly apiPorts: readonly number[];
  readonly machine: MachineOptions;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}

export interface EmbeddedCluster {
  readonly url: string;
  readonly port: number;
  readonly kubeconfigPath: string;
  readonly controlPlane: ControlPlane;
  stop(): Promise<void>;
}

const serviceAddress = '10.96.0.1';

/** Throws StoreUnusableError or ListenError, each one clear line; nothing is left running then. */
export async function startEmbeddedCluster(options: EmbeddedOptions): Promise<EmbeddedCluster> {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const turn = new SystemTurn();
  const bus = new MemoryBus();
  const incarnation = random.uuid();
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
    const directory = path.join(options.dataFolder, 'store');
    const store = await LmdbStore.open({ directory, incarnation, clock, turn, onFatal: options.onFatal });
    stops.push(() => store.close());
    loadMachine(options.machine).catch(() => undefined); // What fails is said by startMachine.
    const certificates = new Certificates(store, clock, random);
    const kept = await certificates.ensure(serverNames(options.apiHost, serviceAddress));
    const controlPlane = new ControlPlane({
      clock,
      random,
      turn,
      bus,
      store,
      incarnation,
      logger: options.logger,
      soleWriter: true,
      repeats: false,
    });
    await controlPlane.start(actorTypes).catch((error: unknown) => {
      if (!(error instanceof StoreUnusableError)) throw error;
      throw new StoreUnusableError(
        `${path.join(directory, 'data.mdb')}: ${error.message}. Restore a copy of it, or start with another --data`,
      );
    });
    stops.push(() => controlPlane.stop());
    const tokens = await ServiceAccountTokens.open(
      store,
      clock,
      random,
      (type, namespace, name, uid) => controlPlane.caches.loaded(type)?.get(keyOf(namespace, name))?.uid === uid,
    );
    const gateway = new GatewayServer(
      {
        kinds,
        clock,
        random,
        turn,
        logger: options.logger,
        caches: controlPlane.caches,
        client: controlPlane.clientFor('gateway'),
        version: versionInfo(troupeVersion, platform(), process.versions.node),
        tokens,
        tokenVerifier: tokens,
        podStreams: new StreamGateway(bus, clock),
        podBinder: new PodAwards(controlPlane.directory, controlPlane.caches),
      },
      tlsOf(kept),
    );
    const port = await listen(gateway, options.apiHost, options.apiPorts);
    stops.push(() => gateway.stop());
    await controlPlane.ensure(
      bootstrapObjects({
        caCertificatePem: kept.ca.certificatePem,
        apiHost: options.apiHost,
        apiPort: port,
        serviceAddress,
      }),
    );
    const { caches } = controlPlane;
    const { actors, controllers } = clusterParts({
      caches,
      clock,
      store,
      caCertificatePem: kept.ca.certificatePem,
      tokens: podTokens(tokens, caches),
    });
    await controlPlane.run(actors, controllers);
    const { logger, dataFolder } = options;
    const clusterId = await keptClusterId(store, random.uuid(), dataFolder);
    const machine = await startMachine(options.machine, {
      bus,
      clock,
      random,
      turn,
      logger,
      dataFolder,
      clusterId,
      apiService: { host: serviceAddress, port: 443 },
    });
    stops.push(() => machine.stop());
    await forgetSimulated(controlPlane, machine.nodeNames);
    const url = `https://${options.apiHost.includes(':') ? `[${options.apiHost}]` : options.apiHost}:${port}`;
    return { url, port, controlPlane, kubeconfigPath: writeKubeconfig(options.dataFolder, url, kept), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Chosen at the first start; also in a file, so that `down` can tell this cluster's containers without opening the store. */
async function keptClusterId(store: LmdbStore, fresh: string, dataFolder: string): Promise<string> {
  const kept = await store.getRecord('cluster/id');
  const id = kept ? Buffer.from(kept).toString() : fresh;
  if (!kept) await store.putRecord('cluster/id', Buffer.from(id));
  writeFileSync(path.join(dataFolder, 'cluster-id'), `${id}\n`);
  return id;
}

/** Simulated nodes of an earlier start exist no more: nothing may wait for them, and their pods go with them. */
async function forgetSimulated(controlPlane: ControlPlane, nodeNames: readonly string[]): Promise<void> {
  const nodes = (await controlPlane.caches.of('nodes')).list();
  const gone = nodes.filter(
    ({ name, labels }) => labels?.['node.troupe.dev/simulated'] === 'true' && !nodeNames.includes(name),
  );
  await Promise.all(gone.map(({ key }) => controlPlane.clientFor('embedded').delete('nodes', key)));
}

/** Tokens for pods' service accounts, which node-links name and the signer wants with their uid. */
function podTokens(tokens: ServiceAccountTokens, caches: ResourceCaches): TokenIssuer {
  return {
    async issue({ namespace, serviceAccount, ...rest }) {
      const entry = (await caches.of('serviceaccounts')).get(keyOf(namespace, serviceAccount));
      if (!entry) throw new NotFoundError({ group: '', resource: 'serviceaccounts', name: serviceAccount });
      return tokens.issue({ namespace, serviceAccount: { name: serviceAccount, uid: entry.uid }, ...rest });
    },
  };
}

async function listen(gateway: GatewayServer, host: string, ports: readonly number[]): Promise<number> {
  for (const port of ports.slice(0, -1)) {
    try {
      return await gateway.start(host, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  return gateway.start(host, ports.at(-1)!);
}

function tlsOf({ server, ca }: ClusterCertificates) {
  return { certificatePem: server.certificatePem, keyPem: server.keyPem, caPem: ca.certificatePem };
}

/** Readable by its owner alone: it holds the administrator's key. */
function writeKubeconfig(dataFolder: string, url: string, { ca, admin }: ClusterCertificates): string {
  const file = path.join(dataFolder, 'admin.kubeconfig');
  const server = url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
  writeFileSync(`${file}.new`, kubeconfig({ server, caPem: ca.certificatePem, user: admin }), { mode: 0o600 });
  chmodSync(`${file}.new`, 0o600);
  renameSync(`${file}.new`, file);
  return file;
}

function platform(): string {
  return `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`;
}
