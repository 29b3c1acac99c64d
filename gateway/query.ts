/** The query part of a request, and the option values that verbs read from it. */
import { BadRequestError } from '../schemas/errors.js';

const EMPTY: ReadonlyMap<string, string> = new Map();

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new BadRequestError(`invalid URL escape ${JSON.stringify(text)}`);
  }
}

/** First value of each parameter; `all` has them all where one is repeated (exec's `command`). */
export class Query {
  readonly #first: ReadonlyMap<string, string>;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.#first = text === '' ? EMPTY : Query.#parse(text);
  }

  static #parse(text: string): Map<string, string> {
    const values = new Map<string, string>();
    for (const [name, value] of Query.#pairs(text)) if (!values.has(name)) values.set(name, value);
    return values;
  }

  static *#pairs(text: string): Generator<[string, string]> {
    for (const pair of text.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      if (equals < 0) yield [decoded(pair), ''];
      else yield [decoded(pair.slice(0, equals)), decoded(pair.slice(equals + 1))];
    }
  }

  /** '' where absent: Kubernetes makes no difference. */
  get(name: string): string {
    return this.#first.get(name) ?? '';
  }

  has(name: string): boolean {
    return this.#first.has(name);
  }

  all(name: string): string[] {
    return [...Query.#pairs(this.#text)].filter(([key]) => key === name).map(([, value]) => value);
  }

  /** As Kubernetes reads booleans in a query: present and neither `false` nor `0` is true. Undefined where absent. */
  boolean(name: string): boolean | undefined {
    const value = this.#first.get(name);
    if (value === undefined) return undefined;
    return value !== '0' && value.toLowerCase() !== 'false';
  }

  /** Undefined where absent or empty. Throws BadRequestError in Go's words. */
  integer(name: string): number | undefined {
    const value = this.#first.get(name);
    if (!value) return undefined;
    if (!/^[+-]?\d{1,15}$/.test(value)) {
      throw new BadRequestError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    }
    return Number(value);
  }
}

/** Splits a request target at its first question mark. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}
