/** Which of a pod's image pull secrets fit an image. Pure. */
import type { Secret } from '../../schemas/meta/object.js';
import type { RegistryAuth } from '../containers/container-runtime.js';

interface Entry {
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
}

/** The registry of a reference, as Docker reads it: `docker.io` where none is named. */
function registryOf(image: string): { host: string; path: string } {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  if (first !== 'localhost' && !/[.:]/.test(first)) return { host: 'docker.io', path: image };
  return { host: first, path: image.slice(slash + 1) };
}

/** All that match, the longest path first; empty where none does. */
export function authsFor(image: string, secrets: readonly Secret[]): RegistryAuth[] {
  const { host, path } = registryOf(image);
  const found: { length: number; auth: RegistryAuth }[] = [];
  for (const secret of secrets) {
    for (const [server, entry] of Object.entries(entriesOf(secret))) {
      const [serverHost = '', ...rest] = server
        .replace(/^https?:\/\//, '')
        .replace(/\/v[12]\/?$/, '')
        .split('/');
      const prefix = rest.filter(Boolean).join('/');
      if (!sameHost(serverHost, host) || !path.startsWith(prefix)) continue;
      found.push({ length: prefix.length, auth: authOf(server, entry) });
    }
  }
  return found.sort((a, b) => b.length - a.length).map(({ auth }) => auth);
}

function entriesOf(secret: Secret): Record<string, Entry> {
  const json = secret.data?.['.dockerconfigjson'];
  const legacy = secret.data?.['.dockercfg'];
  try {
    if (json)
      return (JSON.parse(Buffer.from(json, 'base64').toString()) as { auths?: Record<string, Entry> }).auths ?? {};
    if (legacy) return JSON.parse(Buffer.from(legacy, 'base64').toString()) as Record<string, Entry>;
  } catch {
    // A broken secret helps nobody; the pull then says that it is not authorized.
  }
  return {};
}

function sameHost(server: string, host: string): boolean {
  if (server === host) return true;
  if (host === 'docker.io' && /^(index\.|registry-1\.)?docker\.io$/.test(server)) return true;
  if (!server.startsWith('*.')) return false;
  return host.endsWith(server.slice(1)) && !host.slice(0, -server.length + 1).includes('.');
}

function authOf(serverAddress: string, entry: Entry): RegistryAuth {
  const [name, ...rest] = Buffer.from(entry.auth ?? '', 'base64')
    .toString()
    .split(':');
  return {
    serverAddress,
    username: entry.username ?? name ?? '',
    password: entry.password ?? rest.join(':'),
    ...(entry.identitytoken ? { identityToken: entry.identitytoken } : {}),
  };
}
