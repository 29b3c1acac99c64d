/** ConfigMaps and Secrets that the node's pods mention, read once and kept until they change. */
import type { Clock } from '../../runtime/process/clock.js';
import type { ConfigMap, Pod, Secret } from '../../schemas/meta/object.js';
import { agentLimits } from './agent-limits.js';
import type { ConfigSource } from './pod-services.js';
import type { UpLink } from './up-link.js';

interface Kept {
  readonly atMs: number;
  readonly value: Promise<unknown>;
}

export class ConfigCache implements ConfigSource {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly link: Pick<UpLink, 'ask'>,
    private readonly clock: Clock,
  ) {}

  configMap(namespace: string, name: string): Promise<ConfigMap | undefined> {
    return this.#read(`ConfigMap/${namespace}/${name}`, () => this.link.ask('getConfigMap', { namespace, name }));
  }

  secret(namespace: string, name: string): Promise<Secret | undefined> {
    return this.#read(`Secret/${namespace}/${name}`, () => this.link.ask('getSecret', { namespace, name }));
  }

  token(
    pod: Pod,
    audiences: readonly string[],
    expirationSeconds: number,
  ): Promise<{ token: string; expiresAtMs: number }> {
    const { namespace = '', name, uid } = pod.metadata;
    const serviceAccount = pod.spec.serviceAccountName || 'default';
    return this.link.ask('serviceAccountToken', {
      namespace,
      serviceAccount,
      pod: { name, uid },
      audiences: [...audiences],
      expirationSeconds,
    });
  }

  forget(kind: 'ConfigMap' | 'Secret', namespace: string, name: string): void {
    this.#kept.delete(`${kind}/${namespace}/${name}`);
  }

  /** What no pod mentions any more is dropped, so that secrets don't stay in memory. */
  keepOnly(mentioned: ReadonlySet<string>): void {
    for (const key of this.#kept.keys()) if (!mentioned.has(key)) this.#kept.delete(key);
  }

  /** Only what was found is kept: what is missing may come at any moment. */
  #read<T>(key: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const nowMs = this.clock.monotonic();
    const kept = this.#kept.get(key);
    if (kept && nowMs - kept.atMs < agentLimits.configRefreshMs) return kept.value as Promise<T | undefined>;
    const value = ask();
    this.#kept.set(key, { atMs: nowMs, value });
    const drop = () => {
      if (this.#kept.get(key)?.value === value) this.#kept.delete(key);
    };
    value.then((found) => found === undefined && drop(), drop);
    return value;
  }
}
