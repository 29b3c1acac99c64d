/** Paths that are no resources: discovery, OpenAPI, version, health, metrics. */
import type { ApiRequest, ApiResponse } from '../api-request.js';
import { MethodNotAllowedError } from '../http-errors.js';
import { mediaRanges } from '../negotiation.js';
import type { Query } from '../query.js';
import { bytesResponse, jsonResponse } from '../respond.js';
import { aggregatedBody, type AggregatedVersion } from './aggregated.js';
import { cachedResponse, Etagged } from './etagged.js';
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from './groups.js';
import type { HealthChecks } from './health.js';
import { openApiV2, openApiV3, openApiV3Index } from './openapi.js';
import type { RequestMetrics } from './request-metrics.js';
import type { KindCatalog } from '../kind-catalog.js';
import type { VersionInfo } from './version.js';

const AGGREGATED = /^application\/json;g=apidiscovery\.k8s\.io;v=(v2|v2beta1);as=APIGroupDiscoveryList$/;

/** The version of aggregated discovery that the client prefers to plain lists, if any. */
function aggregatedVersion(request: ApiRequest): AggregatedVersion | undefined {
  const { accept } = request.headers;
  if (typeof accept !== 'string' || !accept.includes('apidiscovery.k8s.io')) return undefined;
  for (const { type, parameters } of mediaRanges(accept)) {
    const text = `${type};g=${parameters['g']};v=${parameters['v']};as=${parameters['as']}`;
    const version = AGGREGATED.exec(text)?.[1];
    if (version) return version as AggregatedVersion;
    if (type === 'application/json' && parameters['as'] === undefined) return undefined;
  }
  return undefined;
}

export class Discovery {
  /** Bodies by path and form: kinds don't change while a process lives. */
  readonly #bodies = new Map<string, Etagged>();

  constructor(
    private readonly catalog: KindCatalog,
    private readonly version: VersionInfo,
    private readonly health: HealthChecks,
    private readonly metrics: RequestMetrics,
    /** `host:port`, as clients reach the server. */
    private readonly address: () => string,
  ) {}

  /** Health and version: for everybody. Undefined for other paths. */
  async openPath(request: ApiRequest, path: string, query: Query): Promise<ApiResponse | undefined> {
    if (path === '/version' || path === '/version/') return this.#read(request) && jsonResponse(200, this.version);
    const match = /^\/(healthz|livez|readyz)(?:\/([^/]*))?\/?$/.exec(path);
    if (!match) return undefined;
    this.#read(request);
    return this.health.answer(match[1] as 'healthz' | 'livez' | 'readyz', match[2] || undefined, query);
  }

  /** Undefined for a path that nothing answers to. */
  async path(request: ApiRequest, path: string, query: Query): Promise<ApiResponse | undefined> {
    const clean = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    switch (clean) {
      case '/':
        return this.#read(request) && jsonResponse(200, { paths: this.#paths() });
      case '/metrics':
        return (
          this.#read(request) &&
          bytesResponse(200, Buffer.from(this.metrics.text()), 'text/plain; version=0.0.4; charset=utf-8')
        );
      case '/api':
      case '/apis':
        return this.#read(request) && this.#root(request, clean);
      case '/openapi/v2':
        return this.#read(request) && openApiV2(request);
      case '/openapi/v3':
        return this.#read(request) && openApiV3Index(request);
      default:
        if (clean.startsWith('/openapi/v3/'))
          return this.#read(request) && openApiV3(request, clean.slice('/openapi/v3/'.length), query);
        return this.#group(request, clean);
    }
  }

  #read(request: ApiRequest): true {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new MethodNotAllowedError();
    return true;
  }

  #body(key: string, make: () => unknown): Etagged {
    let body = this.#bodies.get(key);
    if (!body) {
      body = new Etagged(Buffer.from(`${JSON.stringify(make())}\n`));
      this.#bodies.set(key, body);
    }
    return body;
  }

  #root(request: ApiRequest, path: '/api' | '/apis'): ApiResponse {
    const version = aggregatedVersion(request);
    if (version) {
      const body = this.#body(`${path} ${version}`, () => aggregatedBody(this.catalog, path === '/api', version));
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      return cachedResponse(request, body, type, { vary: 'Accept' });
    }
    const list = path === '/api' ? apiVersions(this.catalog, this.address()) : apiGroupList(this.catalog);
    return jsonResponse(200, list, { vary: 'Accept' });
  }

  #group(request: ApiRequest, path: string): ApiResponse | undefined {
    const [, root, first = '', second, ...more] = path.split('/');
    if (more.length > 0 || (root !== 'api' && root !== 'apis')) return undefined;
    const [group, version] = root === 'api' ? ['', first] : [first, second];
    if (root === 'api' && second !== undefined) return undefined;
    const make = () =>
      version === undefined ? apiGroup(this.catalog, group) : apiResourceList(this.catalog, group, version);
    if (!this.#bodies.has(path) && !make()) return undefined;
    this.#read(request);
    return cachedResponse(request, this.#body(path, make));
  }

  #paths(): string[] {
    const groups = this.catalog.groupVersions.flatMap(({ group, version }) =>
      group ? [`/apis/${group}`, `/apis/${group}/${version}`] : [`/api/${version}`],
    );
    const fixed = [
      '/api',
      '/apis',
      '/healthz',
      '/livez',
      '/metrics',
      '/openapi/v2',
      '/openapi/v3',
      '/readyz',
      '/version',
    ];
    return [...new Set([...fixed, ...groups])].sort();
  }
}
