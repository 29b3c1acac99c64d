/** Content negotiation: what the client's Accept header and an endpoint agree on. */
import { NotAcceptableError } from './http-errors.js';
import type { ApiRequest } from './api-request.js';

/** One media range of an Accept header. */
interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly quality: number;
}

/** What the objects of an answer are shown as. */
export type Shape = 'object' | 'table' | 'partial';
export type Encoding = 'json' | 'yaml';

export interface Negotiated {
  readonly encoding: Encoding;
  readonly shape: Shape;
  readonly pretty: boolean;
  /** apiVersion of the Table or PartialObjectMetadata: `meta.k8s.io/v1`. */
  readonly metaVersion: string;
}

const ACCEPTED = ['application/json', 'application/yaml'];
const HEADERS_REMEMBERED = 256;
const PLAIN: Negotiated = { encoding: 'json', shape: 'object', pretty: false, metaVersion: 'meta.k8s.io/v1' };

const parsedHeaders = new Map<string, readonly MediaRange[]>();

function parseRange(text: string): MediaRange {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters: Record<string, string> = {};
  for (const part of rest) {
    const equals = part.indexOf('=');
    if (equals > 0) parameters[part.slice(0, equals).trim().toLowerCase()] = part.slice(equals + 1).trim();
  }
  const quality = parameters['q'] === undefined ? 1 : Number(parameters['q']);
  return { type: type.toLowerCase(), parameters, quality: Number.isNaN(quality) ? 1 : quality };
}

/** Media ranges, the preferred first. */
export function mediaRanges(accept: string): readonly MediaRange[] {
  const known = parsedHeaders.get(accept);
  if (known) return known;
  const ranges = accept
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseRange)
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  if (parsedHeaders.size >= HEADERS_REMEMBERED) parsedHeaders.clear(); // Clients choose the text: never let it grow.
  parsedHeaders.set(accept, ranges);
  return ranges;
}

function encodingOf(type: string): Encoding | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json';
  return type === 'application/yaml' ? 'yaml' : undefined;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  Table: 'table',
  PartialObjectMetadata: 'partial',
  PartialObjectMetadataList: 'partial',
};

function shapeOf({ parameters }: MediaRange): { shape: Shape; metaVersion: string } | undefined {
  const as = parameters['as'];
  if (as === undefined) return { shape: 'object', metaVersion: PLAIN.metaVersion };
  const shape = SHAPES[as];
  const version = parameters['v'] ?? 'v1';
  if (!shape || (parameters['g'] ?? 'meta.k8s.io') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) {
    return undefined;
  }
  return { shape, metaVersion: `meta.k8s.io/${version}` };
}

function wantsPretty(request: ApiRequest, pretty: string): boolean {
  if (pretty !== '') return pretty !== '0' && pretty !== 'false';
  const agent = request.headers['user-agent'];
  return typeof agent === 'string' && /^(curl|Wget|Mozilla\/5\.0)/.test(agent);
}

/** The first of the client's ranges that can be served with one of `shapes`. Throws NotAcceptableError. */
export function negotiate(request: ApiRequest, pretty: string, shapes: readonly Shape[]): Negotiated {
  const accept = request.headers['accept'];
  if (accept === undefined || accept === '' || accept === JSON_ONLY) {
    return wantsPretty(request, pretty) ? { ...PLAIN, pretty: true } : PLAIN;
  }
  for (const range of mediaRanges(typeof accept === 'string' ? accept : accept.join(','))) {
    const encoding = encodingOf(range.type);
    const shape = encoding && shapeOf(range);
    if (!shape || !shapes.includes(shape.shape)) continue;
    return { encoding, pretty: encoding === 'json' && wantsPretty(request, pretty), ...shape };
  }
  throw new NotAcceptableError(ACCEPTED);
}

const JSON_ONLY = 'application/json';
