/** Label selectors in both forms: the text of a query (`a=b,c in (x,y),!d`) and the LabelSelector object of a spec. */
import { BadRequestError, type FieldError } from '../errors.js';
import { type FieldPath, forbidden, invalid, required } from './field-errors.js';
import { labelValue, qualifiedName } from './names.js';

export type Labels = Readonly<Record<string, string>>;
export type LabelPredicate = (labels: Labels | undefined) => boolean;

export type Operator = 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** metav1.LabelSelector. */
export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

const NO_LABELS: Labels = Object.freeze({});
const everything: LabelPredicate = () => true;
const nothing: LabelPredicate = () => false;

function int64(text: string): bigint | undefined {
  return /^[+-]?\d{1,19}$/.test(text) ? BigInt(text.replace('+', '')) : undefined;
}

function comparison(key: string, limit: string, greater: boolean): LabelPredicate {
  const bound = int64(limit);
  if (bound === undefined) return nothing;
  return (labels = NO_LABELS) => {
    const actual = Object.hasOwn(labels, key) ? int64(labels[key] as string) : undefined;
    return actual !== undefined && (greater ? actual > bound : actual < bound);
  };
}

function predicateOf({ key, operator, values }: Requirement): LabelPredicate {
  switch (operator) {
    case 'in': {
      const [only] = values;
      if (values.length === 1) return (labels) => labels !== undefined && labels[key] === only;
      return (labels) => labels !== undefined && Object.hasOwn(labels, key) && values.includes(labels[key] as string);
    }
    case 'notin':
      return (labels) => !labels || !Object.hasOwn(labels, key) || !values.includes(labels[key] as string);
    case 'exists':
      return (labels) => labels !== undefined && Object.hasOwn(labels, key);
    case '!':
      return (labels) => labels === undefined || !Object.hasOwn(labels, key);
    default:
      return comparison(key, values[0] ?? '', operator === 'gt');
  }
}

/** One closure for all requirements: every one must hold. */
function compileRequirements(requirements: readonly Requirement[]): LabelPredicate {
  if (requirements.length === 0) return everything;
  const predicates = requirements.map(predicateOf);
  const [first] = predicates;
  if (first && predicates.length === 1) return first;
  return (labels) => predicates.every((predicate) => predicate(labels));
}

const SYMBOLS = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'];
const IS_END = '';

/** The tokens of a selector; the last is the empty string. */
function tokensOf(text: string): string[] {
  const tokens = text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? [];
  return [...tokens, IS_END];
}

const isIdentifier = (token: string) => token !== IS_END && !SYMBOLS.includes(token);

class SelectorParser {
  #position = 0;
  readonly #tokens: string[];

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    while (this.#peek() !== IS_END) {
      const token = this.#peek();
      if (!isIdentifier(token) && token !== '!') {
        throw new BadRequestError(`found '${token}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const separator = this.#next();
      if (separator === IS_END) break;
      if (separator !== ',') throw new BadRequestError(`found '${separator}', expected: ',' or 'end of string'`);
      const after = this.#peek();
      if (!isIdentifier(after) && after !== '!') {
        throw new BadRequestError(`found '${after}', expected: identifier after ','`);
      }
    }
    return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  #peek(): string {
    return this.#tokens[this.#position] ?? IS_END;
  }

  #next(): string {
    return this.#tokens[this.#position++] ?? IS_END;
  }

  #requirement(): Requirement {
    const negated = this.#peek() === '!';
    if (negated) this.#next();
    const key = this.#next();
    if (!isIdentifier(key)) throw unparsable(`found '${key}', expected: identifier`);
    const messages = qualifiedName(key);
    if (messages.length > 0) throw unparsable(`<nil>: Invalid value: ${JSON.stringify(key)}: ${messages.join('; ')}`);
    const after = this.#peek();
    if (after === IS_END || after === ',') return { key, operator: negated ? '!' : 'exists', values: [] };
    if (negated) this.#refuseOperator(after);
    const requirement = this.#comparison(key);
    checkValues(requirement);
    return requirement;
  }

  #refuseOperator(token: string): never {
    throw unparsable(`found '${token}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #comparison(key: string): Requirement {
    const operator = this.#next();
    switch (operator) {
      case '=':
      case '==':
        return { key, operator: 'in', values: [this.#value()] };
      case '!=':
        return { key, operator: 'notin', values: [this.#value()] };
      case '>':
        return { key, operator: 'gt', values: [this.#value()] };
      case '<':
        return { key, operator: 'lt', values: [this.#value()] };
      case 'in':
      case 'notin':
        return { key, operator, values: this.#values() };
      default:
        return this.#refuseOperator(operator);
    }
  }

  #value(): string {
    const token = this.#peek();
    if (token === IS_END || token === ',') return '';
    this.#next();
    if (!isIdentifier(token)) throw unparsable(`found '${token}', expected: identifier`);
    return token;
  }

  #values(): string[] {
    const open = this.#next();
    if (open !== '(') throw unparsable(`found '${open}' expected: '('`);
    const values = new Set<string>();
    let wantsValue = true;
    for (;;) {
      const token = this.#next();
      if (token === ')') {
        if (wantsValue) values.add('');
        return [...values].sort();
      }
      if (token === ',') {
        if (wantsValue) values.add('');
        wantsValue = true;
      } else if (isIdentifier(token) && wantsValue) {
        values.add(token);
        wantsValue = false;
      } else {
        throw unparsable(`found '${token}', expected: ${wantsValue ? "',', or identifier" : "',' or ')'"}`);
      }
    }
  }
}

function unparsable(message: string): BadRequestError {
  return new BadRequestError(`unable to parse requirement: ${message}`);
}

function checkValues({ key, operator, values }: Requirement): void {
  for (const [index, value] of values.entries()) {
    const where = `Invalid value: ${JSON.stringify(value)}`;
    if ((operator === 'gt' || operator === 'lt') && int64(value) === undefined) {
      throw unparsable(`values[${index}]: ${where}: for 'Gt', 'Lt' operators, the value must be an integer`);
    }
    const messages = labelValue(value);
    if (messages.length > 0) throw unparsable(`values[${index}][${key}]: ${where}: ${messages.join('; ')}`);
  }
}

/** Throws BadRequestError in Kubernetes' words. The requirements are sorted by key. */
function parseLabelSelector(text: string): Requirement[] {
  return new SelectorParser(text).parse();
}

/** A predicate for the text of `labelSelector=`. Throws BadRequestError in Kubernetes' words. */
export function compileLabelSelector(text: string): LabelPredicate {
  return compileRequirements(parseLabelSelector(text));
}

const OPERATORS: Record<string, Operator> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** Requirements of a LabelSelector object, without checking it (see `validateLabelSelector`). */
function requirementsOf(selector: LabelSelector): Requirement[] {
  const labels = Object.entries(selector.matchLabels ?? {});
  const equalities = labels.map(([key, value]): Requirement => ({ key, operator: 'in', values: [value] }));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }): Requirement => {
    return { key, operator: OPERATORS[operator] ?? 'in', values };
  });
  return [...equalities, ...expressions].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

const compiled = new WeakMap<LabelSelector, LabelPredicate>();

/** A predicate for a LabelSelector object: absent selects nothing, empty everything. Remembered per object, which must not change. */
export function compileSelector(selector: LabelSelector | undefined | null): LabelPredicate {
  if (!selector) return nothing;
  let predicate = compiled.get(selector);
  if (!predicate) {
    predicate = compileRequirements(requirementsOf(selector));
    compiled.set(selector, predicate);
  }
  return predicate;
}

export function matchesSelector(selector: LabelSelector | undefined | null, labels: Labels | undefined): boolean {
  return compileSelector(selector)(labels);
}

/** Whether all of `wanted` are among `labels`: the selector of a Service or a ReplicationController. Empty matches everything. */
export function containsLabels(wanted: Labels | undefined, labels: Labels | undefined): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

function requirementText({ key, operator, values }: Requirement, exact: boolean): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'in':
      return exact ? `${key}=${list}` : `${key} in (${list})`;
    case 'notin':
      return exact ? `${key}!=${list}` : `${key} notin (${list})`;
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    default:
      return `${key}${operator === 'gt' ? '>' : '<'}${list}`;
  }
}

/** The text form of a LabelSelector object, as in `status.selector` of a Scale. '' for an empty one. */
export function selectorText(selector: LabelSelector | undefined | null): string {
  if (!selector) return '';
  const keys = Object.keys(selector.matchLabels ?? {}).sort();
  const equalities = keys.map((key) => ({ key, text: `${key}=${selector.matchLabels?.[key]}` }));
  const expressions = requirementsOf({ matchExpressions: selector.matchExpressions ?? [] });
  const others = expressions.map((requirement) => ({
    key: requirement.key,
    text: requirementText(requirement, false),
  }));
  const all = [...equalities, ...others].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return all.map(({ text }) => text).join(',');
}

/** A LabelSelector as a printer column shows it. */
export function formatLabelSelector(selector: LabelSelector | undefined | null): string {
  return selectorText(selector) || '<none>';
}

/** A label map as a printer column shows it: `a=b,c=d`. */
export function formatLabels(labels: Labels | undefined): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key]}`).join(',');
}

/** Kubernetes' rules for labels at `path` (`metadata.labels`). */
export function validateLabels(errors: FieldError[], labels: Labels | undefined, path: FieldPath): void {
  for (const key in labels) {
    for (const message of qualifiedName(key)) errors.push(invalid(path, key, message));
    for (const message of labelValue(labels[key] as string)) errors.push(invalid(path, labels[key], message));
  }
}

/** Kubernetes' rules for a LabelSelector object in a spec. */
export function validateLabelSelector(selector: LabelSelector | undefined | null, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!selector) return errors;
  validateLabels(errors, selector.matchLabels, `${path}.matchLabels`);
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    validateExpression(errors, expression, `${path}.matchExpressions[${index}]`);
  }
  return errors;
}

function validateExpression(
  errors: FieldError[],
  { key, operator, values = [] }: { key: string; operator: string; values?: readonly string[] },
  path: string,
): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  } else {
    errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  }
  for (const message of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, message));
  for (const [index, value] of values.entries()) {
    for (const message of labelValue(value)) errors.push(invalid(`${path}.values[${index}]`, value, message));
  }
}
