/** Resource quantities (`500m`, `1.5Gi`, `1e3`), exactly as k8s.io/apimachinery's resource.Quantity reads and prints them. */

type Format = 'decimal' | 'binary' | 'exponent';

interface Quantity {
  readonly nanos: bigint;
  readonly milli: number;
  readonly value: number;
  readonly canonical: string;
}

const NANOS = 1_000_000_000n;
const PARSED_MAX = 4_096;
const TEXT_MAX = 256;
const SYNTAX = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,9})?$/;
const DECIMAL_EXPONENTS: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const DECIMAL_SUFFIXES = new Map(Object.entries(DECIMAL_EXPONENTS).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_SUFFIXES = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const EXPONENT_MAX = 30; // Beyond it Kubernetes caps too; it also bounds the work for `1e999999999`.
const LARGEST = (2n ** 63n - 1n) * NANOS;

const parsed = new Map<string, Quantity | undefined>();

function formatOf(suffix: string): { format: Format; exponent: number; factor: bigint } {
  if (suffix.endsWith('i')) {
    return { format: 'binary', exponent: 0, factor: 1024n ** BigInt(BINARY_SUFFIXES.indexOf(suffix)) };
  }
  const exponent = DECIMAL_EXPONENTS[suffix];
  if (exponent !== undefined) return { format: 'decimal', exponent, factor: 1n };
  return { format: 'exponent', exponent: Number(suffix.slice(1)), factor: 1n };
}

function divideAwayFromZero(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (value % by === 0n) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}

/** Rounds away from zero to nanos, as Kubernetes does. */
function nanosOf(digits: bigint, scale: number, factor: bigint): bigint {
  if (digits === 0n) return 0n;
  if (scale > EXPONENT_MAX) return digits > 0n ? LARGEST : -LARGEST;
  const power = scale + 9;
  if (power >= 0) return digits * factor * 10n ** BigInt(power);
  if (power < -TEXT_MAX - 9) return digits > 0n ? 1n : -1n;
  return divideAwayFromZero(digits * factor, 10n ** BigInt(-power));
}

function canonicalOf(nanos: bigint, format: Format): string {
  if (nanos === 0n) return '0';
  const size = nanos < 0n ? -nanos : nanos;
  if (format === 'binary' && size >= 1024n * NANOS && nanos % NANOS === 0n) return canonicalBinary(nanos / NANOS);
  let mantissa = nanos;
  let exponent = -9;
  while (mantissa % 1000n === 0n && (exponent < 18 || format === 'exponent')) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (format !== 'exponent') return `${mantissa}${DECIMAL_SUFFIXES.get(exponent)}`;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

function canonicalBinary(value: bigint): string {
  let mantissa = value;
  let power = 0;
  while (mantissa % 1024n === 0n && power < 6) {
    mantissa /= 1024n;
    power++;
  }
  return `${mantissa}${BINARY_SUFFIXES[power]}`;
}

function parse(text: string): Quantity | undefined {
  const match = text.length > TEXT_MAX ? null : SYNTAX.exec(text);
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const { format, exponent, factor } = formatOf(suffix);
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const nanos = nanosOf(digits, exponent - fraction.length, factor);
  return {
    nanos,
    milli: Number(divideAwayFromZero(nanos, 1_000_000n)),
    value: Number(divideAwayFromZero(nanos, NANOS)),
    canonical: canonicalOf(nanos, format),
  };
}

function quantityOf(text: string | number): Quantity | undefined {
  const key = typeof text === 'number' ? String(text) : text;
  const known = parsed.get(key);
  if (known !== undefined || parsed.has(key)) return known;
  if (parsed.size >= PARSED_MAX) parsed.clear();
  const quantity = parse(key);
  parsed.set(key, quantity);
  return quantity;
}

const MALFORMED = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function mustParse(text: string | number): Quantity {
  const quantity = quantityOf(text);
  if (!quantity) throw new RangeError(MALFORMED);
  return quantity;
}

/** Kubernetes' message for text that is no quantity; undefined for one that is. */
export function whyNoQuantity(text: string | number): string | undefined {
  return quantityOf(text) ? undefined : MALFORMED;
}

export function isQuantity(text: string | number): boolean {
  return quantityOf(text) !== undefined;
}

/** Thousandths, rounded up: CPU. Throws RangeError for what is no quantity. */
export function milliOf(text: string | number): number {
  return mustParse(text).milli;
}

/** Whole units, rounded up: bytes, counts. Throws RangeError for what is no quantity. */
export function valueOf(text: string | number): number {
  return mustParse(text).value;
}

/** The exact value in billionths. Throws RangeError for what is no quantity. */
export function nanosOfQuantity(text: string | number): bigint {
  return mustParse(text).nanos;
}

/** As Go prints it: the largest suffix without a fraction, in the format it was written in. Undefined for what is no quantity. */
export function canonicalQuantity(text: string | number): string | undefined {
  return quantityOf(text)?.canonical;
}

/** Below 0, 0, above 0. Throws RangeError for what is no quantity. */
export function compareQuantities(a: string | number, b: string | number): number {
  const left = mustParse(a).nanos;
  const right = mustParse(b).nanos;
  return left < right ? -1 : left > right ? 1 : 0;
}

function suffixFormat(text: string | number): Format {
  return formatOf(SYNTAX.exec(String(text))?.[4] ?? '').format;
}

/** The canonical sum, in the format of the first (of the second if the first is zero). Throws RangeError. */
export function addQuantities(a: string | number, b: string | number): string {
  const left = mustParse(a).nanos;
  return canonicalOf(left + mustParse(b).nanos, suffixFormat(left === 0n ? b : a));
}

/** `milli` thousandths as Go prints them: 500 → `500m`, 2000 → `2`. */
export function quantityOfMilli(milli: number): string {
  return canonicalOf(BigInt(Math.ceil(milli)) * 1_000_000n, 'decimal');
}

/** Whole units in binary suffixes: 1073741824 → `1Gi`. */
export function quantityOfBytes(bytes: number): string {
  return canonicalOf(BigInt(Math.ceil(bytes)) * NANOS, 'binary');
}
