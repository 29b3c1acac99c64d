/** One hub per type that is watched. */
import type { Clock } from '../../runtime/process/clock.js';
import type { Turn } from '../../runtime/process/turn.js';
import type { ResourceCache } from '../../runtime/views/resource-cache.js';
import { WatchHub } from './watch-hub.js';

export class WatchHubs {
  readonly #hubs = new Map<ResourceCache, WatchHub>();

  constructor(
    private readonly clock: Clock,
    private readonly turn: Turn,
  ) {}

  of(cache: ResourceCache): WatchHub {
    let hub = this.#hubs.get(cache);
    if (!hub) {
      hub = new WatchHub(cache, this.clock, this.turn);
      this.#hubs.set(cache, hub);
    }
    return hub;
  }

  /** Ends all watches cleanly. */
  endAll(): void {
    for (const hub of this.#hubs.values()) hub.endAll();
  }

  /** Prometheus text: watches by resource. */
  metricsText(): string {
    const lines = [...this.#hubs.values()].map(
      (hub) => `apiserver_longrunning_requests{verb="WATCH",resource="${hub.cache.type}"} ${hub.watchers}`,
    );
    return lines.length === 0 ? '' : `# TYPE apiserver_longrunning_requests gauge\n${lines.join('\n')}\n`;
  }
}
