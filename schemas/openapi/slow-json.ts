/**
 * A JSON parser that is exact where JSON.parse is not: it names duplicate keys, keeps long literals, and says what is wrong in the words of Go's
 * scanner. About ten times slower; run only where JSON.parse failed or may have lost something.
 */
import { ExactNumber } from './exact-number.js';

export interface SlowlyParsed {
  value: unknown;
  /** Paths of keys that came again, `spec.replicas`, each once. The last value holds. */
  duplicates: string[];
}

/** Malformed JSON; the message is Go's (`invalid character 'x' looking for beginning of value`). */
export class JsonSyntaxError extends Error {}

const depthMax = 10_000;
const tooDeep = 'exceeded max depth';

export function parseSlowly(text: string): SlowlyParsed {
  const parser = new Parser(text);
  try {
    return { value: parser.document(), duplicates: [...parser.duplicates] };
  } catch (error) {
    if (error instanceof RangeError) throw new JsonSyntaxError(tooDeep); // This thread's stack ended before the limit.
    throw error;
  }
}

class Parser {
  readonly duplicates = new Set<string>();
  #at = 0;
  #depth = 0;

  constructor(private readonly text: string) {}

  document(): unknown {
    const value = this.#value('');
    this.#space();
    if (this.#at < this.text.length) this.#invalid('after top-level value');
    return value;
  }

  #value(path: string): unknown {
    this.#space();
    const char = this.text[this.#at];
    if (char === '{') return this.#nested(() => this.#object(path));
    if (char === '[') return this.#nested(() => this.#array(path));
    if (char === '"') return this.#string();
    if (char === 't') return this.#literal('true', true);
    if (char === 'f') return this.#literal('false', false);
    if (char === 'n') return this.#literal('null', null);
    if (char !== undefined && /[-0-9]/.test(char)) return this.#number();
    return this.#invalid('looking for beginning of value');
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > depthMax) throw new JsonSyntaxError(tooDeep);
    this.#at++;
    this.#space();
    const value = parse();
    this.#depth--;
    return value;
  }

  #object(path: string): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    if (this.#take('}')) return object;
    for (;;) {
      this.#space();
      if (this.text[this.#at] !== '"') this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      const inner = path ? `${path}.${key}` : key;
      if (Object.hasOwn(object, key)) this.duplicates.add(inner);
      this.#space();
      if (!this.#take(':')) this.#invalid('after object key');
      const value = this.#value(inner);
      Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true }); // __proto__ too.
      this.#space();
      if (this.#take('}')) return object;
      if (!this.#take(',')) this.#invalid('after object key:value pair');
    }
  }

  #array(path: string): unknown[] {
    const list: unknown[] = [];
    if (this.#take(']')) return list;
    for (;;) {
      list.push(this.#value(`${path}[${list.length}]`));
      this.#space();
      if (this.#take(']')) return list;
      if (!this.#take(',')) this.#invalid('after array element');
    }
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      const char = this.text[this.#at];
      if (char === undefined || char < ' ') this.#invalid('in string literal');
      this.#at++;
      if (char === '"') return JSON.parse(this.text.slice(start, this.#at)) as string;
      if (char === '\\') this.#escape();
    }
  }

  #escape(): void {
    const char = this.text[this.#at];
    if (char === undefined || !'"\\/bfnrtu'.includes(char)) this.#invalid('in string escape code');
    this.#at++;
    if (char !== 'u') return;
    for (let digit = 0; digit < 4; digit++, this.#at++)
      if (!/[0-9a-fA-F]/.test(this.text[this.#at] ?? '')) this.#invalid('in \\u hexadecimal character escape');
  }

  #literal<T>(word: string, value: T): T {
    for (let index = 0; index < word.length; index++, this.#at++) {
      const char = word[index]!;
      if (this.text[this.#at] !== char) this.#invalid(`in literal ${word} (expecting ${goQuote(char)})`);
    }
    return value;
  }

  #number(): unknown {
    const start = this.#at;
    this.#take('-');
    if (!this.#take('0') && !this.#digits()) this.#invalid('in numeric literal');
    const integer = this.#at;
    if (this.#take('.') && !this.#digits()) this.#invalid('after decimal point in numeric literal');
    if (this.#take('e') || this.#take('E')) {
      if (!this.#take('+')) this.#take('-');
      if (!this.#digits()) this.#invalid('in exponent of numeric literal');
    }
    const text = this.text.slice(start, this.#at);
    const value = Number(text);
    return integer === this.#at && !Number.isSafeInteger(value) && String(value) !== text
      ? new ExactNumber(text)
      : value;
  }

  #digits(): boolean {
    const start = this.#at;
    while (/[0-9]/.test(this.text[this.#at] ?? '')) this.#at++;
    return this.#at > start;
  }

  #take(char: string): boolean {
    if (this.text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    while (' \t\r\n'.includes(this.text[this.#at] ?? 'x')) this.#at++;
  }

  #invalid(context: string): never {
    const char = this.text[this.#at];
    if (char === undefined) throw new JsonSyntaxError('unexpected end of JSON input');
    throw new JsonSyntaxError(`invalid character ${goQuote(char)} ${context}`);
  }
}

function goQuote(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  const code = char.charCodeAt(0);
  if (code < 0x20 && !'\n\r\t\b\f'.includes(char)) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  return `'${JSON.stringify(char).slice(1, -1)}'`;
}
