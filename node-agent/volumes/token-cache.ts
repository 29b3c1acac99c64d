/** Service account tokens of pods' volumes: asked for once, and again when 80 % of their life or a day is over. */
import type { Clock } from '../../runtime/process/clock.js';
import type { VolumeSources } from './pod-volumes.js';

const RENEW_SHARE = 0.8;
const RENEW_AFTER_MAX_MS = 24 * 3600 * 1000;
const TOKENS_MAX = 4_096;

interface Token {
  readonly text: string;
  readonly expiresAtMs: number;
  readonly renewAtMs: number;
}

export class TokenCache {
  private readonly tokens = new Map<string, Token>();

  constructor(private readonly clock: Clock) {}

  /** `key` begins with the pod's uid. A token that can't be renewed is kept while it is good. */
  async token(key: string, audience: string, expirationSeconds: number, sources: VolumeSources): Promise<string> {
    const known = this.tokens.get(key);
    const now = this.clock.now();
    if (known && now < known.renewAtMs) return known.text;
    try {
      const { token, expiresAtMs } = await sources.token(audience, expirationSeconds);
      const renewAtMs = now + Math.min(RENEW_AFTER_MAX_MS, (expiresAtMs - now) * RENEW_SHARE);
      if (this.tokens.size >= TOKENS_MAX) this.tokens.clear();
      this.tokens.set(key, { text: token, expiresAtMs, renewAtMs });
      return token;
    } catch (error) {
      if (known && now < known.expiresAtMs) return known.text;
      throw error;
    }
  }

  /** Milliseconds until one of the pod's tokens should be renewed; undefined without any. */
  renewalOf(podUid: string): number | undefined {
    const times = [...this.tokens]
      .filter(([key]) => key.startsWith(`${podUid}/`))
      .map(([, { renewAtMs }]) => renewAtMs);
    return times.length ? Math.max(0, Math.min(...times) - this.clock.now()) : undefined;
  }

  forget(podUid: string): void {
    for (const key of this.tokens.keys()) if (key.startsWith(`${podUid}/`)) this.tokens.delete(key);
  }
}
