/** What every command of the small client has: the cluster, its types and the namespace that is meant. */
import { ClusterClient } from './cluster-client.js';
import { pathOf, type ResourceType, ResourceTypes } from './resource-types.js';

export interface CommonOptions {
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly data?: string;
}

export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec?: any;
  readonly status?: any;
  readonly [field: string]: unknown;
}

export interface Session {
  readonly client: ClusterClient;
  readonly types: ResourceTypes;
  readonly namespace: string;
  /** `pathOf` in the session's namespace. */
  readonly at: (type: ResourceType, name?: string) => string;
  /** A line to stdout. */
  readonly say: (line: string) => void;
}

export async function openSession(options: CommonOptions): Promise<Session> {
  const client = await ClusterClient.connect(options);
  const types = await ResourceTypes.of(client);
  const namespace = options.namespace ?? client.namespace;
  return {
    client,
    types,
    namespace,
    at: (type, name) => pathOf(type, namespace, name),
    say: (line) => process.stdout.write(`${line}\n`),
  };
}
