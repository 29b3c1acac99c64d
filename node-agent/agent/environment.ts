/** A container's environment: service variables, envFrom, env, `$(VAR)`, fields of the pod; in the order and with the precedence of the kubelet. */
import type { ConfigMap, Container, Pod, Secret } from '../../schemas/meta/object.js';
import { expand } from './expansion.js';

/** Where values come from that aren't in the container's spec. */
export interface EnvironmentSources {
  configMap(name: string): Promise<ConfigMap | undefined>;
  secret(name: string): Promise<Secret | undefined>;
  /** Throws Error for a field that can't be told. */
  fieldRef(fieldPath: string): string;
  resourceFieldRef(ref: { containerName?: string; resource: string; divisor?: string | number }): string;
  /** The API's own address inside the cluster; undefined where it has none. */
  readonly apiService: { readonly host: string; readonly port: number } | undefined;
}

/** Something that the container mentions is missing: CreateContainerConfigError with these words. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}

/** Throws ContainerConfigError. */
export async function environmentOf(
  pod: Pod,
  container: Container,
  sources: EnvironmentSources,
): Promise<Map<string, string>> {
  const variables = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    const prefix = source.prefix ?? '';
    for (const [key, value] of await bulkOf(source, sources)) variables.set(prefix + key, value);
  }
  const services = apiVariables(sources.apiService);
  for (const variable of container.env ?? []) {
    const value = await valueOf(pod, variable, sources, (name) => variables.get(name) ?? services.get(name));
    if (value !== undefined) variables.set(variable.name, value);
  }
  for (const [name, value] of services) if (!variables.has(name)) variables.set(name, value);
  return variables;
}

type EnvFrom = NonNullable<Container['envFrom']>[number];
type EnvVar = NonNullable<Container['env']>[number];

async function bulkOf(source: EnvFrom, sources: EnvironmentSources): Promise<Iterable<[string, string]>> {
  if (source.configMapRef) {
    const { name = '', optional } = source.configMapRef;
    const map = await sources.configMap(name);
    if (!map && !optional) throw missing('configmap', name);
    return Object.entries(map?.data ?? {}).sort(byKey);
  }
  if (source.secretRef) {
    const { name = '', optional } = source.secretRef;
    const secret = await sources.secret(name);
    if (!secret && !optional) throw missing('secret', name);
    return Object.entries(secret?.data ?? {})
      .sort(byKey)
      .map(([key, value]) => [key, decoded(value)]);
  }
  return [];
}

async function valueOf(
  pod: Pod,
  variable: EnvVar,
  sources: EnvironmentSources,
  lookUp: (name: string) => string | undefined,
): Promise<string | undefined> {
  const from = variable.valueFrom;
  if (!from) return expand(variable.value ?? '', lookUp);
  if (from.fieldRef) return told(() => sources.fieldRef(from.fieldRef!.fieldPath));
  if (from.resourceFieldRef) return told(() => sources.resourceFieldRef(from.resourceFieldRef as { resource: string }));
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef;
    const map = await sources.configMap(name);
    if (!map) return optional ? undefined : fail(missing('configmap', name));
    const value = map.data?.[key];
    if (value !== undefined || optional) return value;
    throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}`);
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef;
    const secret = await sources.secret(name);
    if (!secret) return optional ? undefined : fail(missing('secret', name));
    const value = secret.data?.[key];
    if (value !== undefined) return decoded(value);
    if (optional) return undefined;
    throw new ContainerConfigError(`couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}`);
  }
  return undefined;
}

/** What every pod is told of the API's Service. */
export function apiVariables(service: { host: string; port: number } | undefined): ReadonlyMap<string, string> {
  if (!service) return new Map();
  const { host, port } = service;
  const url = `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return new Map([
    ['KUBERNETES_SERVICE_HOST', host],
    ['KUBERNETES_SERVICE_PORT', String(port)],
    ['KUBERNETES_SERVICE_PORT_HTTPS', String(port)],
    ['KUBERNETES_PORT', url],
    [`KUBERNETES_PORT_${port}_TCP`, url],
    [`KUBERNETES_PORT_${port}_TCP_PROTO`, 'tcp'],
    [`KUBERNETES_PORT_${port}_TCP_PORT`, String(port)],
    [`KUBERNETES_PORT_${port}_TCP_ADDR`, host],
  ]);
}

const missing = (kind: string, name: string) => new ContainerConfigError(`${kind} "${name}" not found`);
const decoded = (base64: string): string => Buffer.from(base64, 'base64').toString();
const byKey = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : a > b ? 1 : 0);

function fail(error: Error): never {
  throw error;
}

function told(value: () => string): string {
  try {
    return value();
  } catch (error) {
    throw new ContainerConfigError((error as Error).message);
  }
}
