/** configMap, secret, downwardAPI and projected volumes → the files that are in them. */
import type { ConfigMap, Pod, Secret, Volume } from '../../schemas/meta/object.js';
import type { VolumeContent, VolumeFile } from './atomic-writer.js';
import { fieldValue, type NodeAllocatable, resourceValue } from './downward-api.js';
import { VolumeError, type VolumeSources } from './pod-volumes.js';

type ConfigMapSource = NonNullable<Volume['configMap']>;
type SecretSource = NonNullable<Volume['secret']>;
type ProjectedSource = NonNullable<Volume['projected']>;
type Projection = NonNullable<ProjectedSource['sources']>[number];
type DownwardFile = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number];
type KeyToPath = NonNullable<ConfigMapSource['items']>[number];

const DEFAULT_MODE = 0o644;
const TOKEN_SECONDS = 3600;

export interface TokenProvider {
  /** A token that is good for some time yet, the same until it should be renewed. */
  token(path: string, audience: string, expirationSeconds: number): Promise<string>;
}

export interface ContentContext {
  readonly pod: Pod;
  readonly sources: VolumeSources;
  readonly tokens: TokenProvider;
  readonly node: NodeAllocatable;
}

/** Whether the volume's files come from the API, and so may change while the pod runs. */
export function hasContent({ configMap, secret, downwardAPI, projected }: Volume): boolean {
  return Boolean(configMap ?? secret ?? downwardAPI ?? projected);
}

function dataOf(object: ConfigMap | Secret, kind: 'configMap' | 'secret'): Map<string, Uint8Array> {
  const encoding = kind === 'secret' ? 'base64' : 'utf8';
  const data = Object.entries((object['data'] ?? {}) as Record<string, string>);
  const binary = Object.entries((object['binaryData'] ?? {}) as Record<string, string>);
  return new Map([
    ...data.map(([key, value]) => [key, Buffer.from(value, encoding)] as const),
    ...binary.map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  ]);
}

interface Selection {
  readonly items: readonly KeyToPath[] | undefined;
  readonly mode: number;
  readonly optional: boolean;
  readonly noun: 'config' | 'secret';
}

/** Without items all keys, else those, under their paths. */
function select(
  data: ReadonlyMap<string, Uint8Array>,
  { items, mode, optional, noun }: Selection,
): [string, VolumeFile][] {
  if (!items?.length) return [...data].map(([key, bytes]) => [key, { data: bytes, mode }]);
  const files: [string, VolumeFile][] = [];
  for (const item of items) {
    const bytes = data.get(item.key);
    if (bytes) files.push([item.path, { data: bytes, mode: item.mode ?? mode }]);
    else if (!optional) throw new VolumeError(`references non-existent ${noun} key: ${item.key}`);
  }
  return files;
}

async function configMapFiles(
  source: Omit<ConfigMapSource, 'defaultMode'>,
  mode: number,
  { pod, sources }: ContentContext,
) {
  const { name = '', items, optional = false } = source;
  const object = await sources.configMap(pod.metadata.namespace ?? '', name);
  if (!object && !optional) throw new VolumeError(`configmap "${name}" not found`);
  return object ? select(dataOf(object, 'configMap'), { items, mode, optional, noun: 'config' }) : [];
}

async function secretFiles(source: Omit<SecretSource, 'defaultMode'>, mode: number, { pod, sources }: ContentContext) {
  const { secretName: name = '', items, optional = false } = source;
  const object = await sources.secret(pod.metadata.namespace ?? '', name);
  if (!object && !optional) throw new VolumeError(`secret "${name}" not found`);
  return object ? select(dataOf(object, 'secret'), { items, mode, optional, noun: 'secret' }) : [];
}

function downwardFiles(
  items: readonly DownwardFile[] | undefined,
  mode: number,
  { pod, node }: ContentContext,
): [string, VolumeFile][] {
  return (items ?? []).map((item) => {
    const { fieldRef, resourceFieldRef } = item;
    const value = fieldRef
      ? fieldValue(pod, fieldRef.fieldPath)
      : resourceFieldRef && resourceValue(pod, resourceFieldRef, node);
    if (value === undefined) throw new VolumeError(`unsupported downward API reference for path "${item.path}"`);
    return [item.path, { data: Buffer.from(value), mode: item.mode ?? mode }];
  });
}

async function tokenFiles(
  source: NonNullable<Projection['serviceAccountToken']>,
  mode: number,
  { pod, tokens }: ContentContext,
) {
  const { path, audience = '', expirationSeconds = TOKEN_SECONDS } = source;
  const token = await tokens.token(path, audience, expirationSeconds);
  // With an fsGroup only that group may read it, which chgrp adds.
  const tokenMode = pod.spec.securityContext?.fsGroup === undefined ? mode : 0o600;
  return [[path, { data: Buffer.from(token), mode: tokenMode }]] as [string, VolumeFile][];
}

async function projectedFiles({ sources = [], defaultMode = DEFAULT_MODE }: ProjectedSource, context: ContentContext) {
  const files: [string, VolumeFile][] = [];
  for (const { configMap, secret, downwardAPI, serviceAccountToken } of sources ?? []) {
    if (configMap) files.push(...(await configMapFiles(configMap, defaultMode, context)));
    else if (secret) {
      const { name, ...rest } = secret;
      files.push(...(await secretFiles({ ...rest, secretName: name }, defaultMode, context)));
    } else if (downwardAPI) files.push(...downwardFiles(downwardAPI.items, defaultMode, context));
    else if (serviceAccountToken) files.push(...(await tokenFiles(serviceAccountToken, defaultMode, context)));
    else throw new VolumeError('unsupported projected volume source');
  }
  return files;
}

function checked(files: readonly [string, VolumeFile][]): VolumeContent {
  for (const [path] of files) {
    const parts = path.split('/');
    if (path.startsWith('/') || parts.some((part) => part === '..' || part === '') || path.startsWith('..')) {
      throw new VolumeError(`invalid path "${path}"`);
    }
  }
  return new Map(files);
}

/** The files of such a volume as they should be now. Throws VolumeError with kubelet's words. */
export async function contentOf(volume: Volume, context: ContentContext): Promise<VolumeContent> {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) return checked(await configMapFiles(configMap, configMap.defaultMode ?? DEFAULT_MODE, context));
  if (secret) return checked(await secretFiles(secret, secret.defaultMode ?? DEFAULT_MODE, context));
  if (downwardAPI) return checked(downwardFiles(downwardAPI.items, downwardAPI.defaultMode ?? DEFAULT_MODE, context));
  if (projected) return checked(await projectedFiles(projected, context));
  return new Map();
}
