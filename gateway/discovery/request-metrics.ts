/** Counts and durations of requests, in Prometheus' text form. Counting costs a Map look-up per request. */

const BUCKETS_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const SERIES_MAX = 5000;

interface Series {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly code: number;
  count: number;
  sumSeconds: number;
  readonly buckets: Uint32Array;
}

function splitType(type: string): { resource: string; group: string } {
  const dot = type.indexOf('.');
  return dot < 0 ? { resource: type, group: '' } : { resource: type.slice(0, dot), group: type.slice(dot + 1) };
}

export class RequestMetrics {
  readonly #series = new Map<string, Series>();
  readonly #gauges: (() => string)[] = [];

  observe(verb: string, type: string, code: number, ms: number): void {
    const key = `${verb} ${type} ${code}`;
    let series = this.#series.get(key);
    if (!series) {
      if (this.#series.size >= SERIES_MAX) return;
      series = {
        verb,
        ...splitType(type),
        code,
        count: 0,
        sumSeconds: 0,
        buckets: new Uint32Array(BUCKETS_SECONDS.length),
      };
      this.#series.set(key, series);
    }
    const seconds = ms / 1000;
    series.count++;
    series.sumSeconds += seconds;
    const index = BUCKETS_SECONDS.findIndex((limit) => seconds <= limit);
    if (index >= 0) series.buckets[index] = (series.buckets[index] as number) + 1;
  }

  /** Text of further metrics, made when they are read. */
  add(text: () => string): void {
    this.#gauges.push(text);
  }

  text(): string {
    const lines = [
      '# HELP apiserver_request_total Requests by verb, resource and code.',
      '# TYPE apiserver_request_total counter',
    ];
    for (const series of this.#series.values()) {
      lines.push(`apiserver_request_total{${labelsOf(series)},code="${series.code}"} ${series.count}`);
    }
    lines.push(
      '# HELP apiserver_request_duration_seconds Time from the request to its answer; watches count until they begin.',
      '# TYPE apiserver_request_duration_seconds histogram',
    );
    for (const merged of this.#byVerb()) lines.push(...histogramLines(merged));
    return `${lines.join('\n')}\n${this.#gauges.map((gauge) => gauge()).join('')}`;
  }

  /** Durations have no code label. */
  #byVerb(): Series[] {
    const merged = new Map<string, Series>();
    for (const series of this.#series.values()) {
      const key = `${series.verb} ${series.resource}.${series.group}`;
      const sum = merged.get(key) ?? {
        ...series,
        count: 0,
        sumSeconds: 0,
        buckets: new Uint32Array(BUCKETS_SECONDS.length),
      };
      sum.count += series.count;
      sum.sumSeconds += series.sumSeconds;
      for (const [i, value] of series.buckets.entries()) sum.buckets[i] = (sum.buckets[i] as number) + value;
      merged.set(key, sum);
    }
    return [...merged.values()];
  }
}

const safe = (text: string) => text.replace(/[\\"\n]/g, '_').slice(0, 100);

function labelsOf({ verb, resource, group }: Series): string {
  return `verb="${safe(verb.toUpperCase())}",group="${group}",resource="${resource}"`;
}

function histogramLines(series: Series): string[] {
  const labels = labelsOf(series);
  const name = 'apiserver_request_duration_seconds';
  let sum = 0;
  const buckets = BUCKETS_SECONDS.map((limit, i) => {
    sum += series.buckets[i] as number;
    return `${name}_bucket{${labels},le="${limit}"} ${sum}`;
  });
  return [
    ...buckets,
    `${name}_bucket{${labels},le="+Inf"} ${series.count}`,
    `${name}_sum{${labels}} ${series.sumSeconds}`,
    `${name}_count{${labels}} ${series.count}`,
  ];
}
