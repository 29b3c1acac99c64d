/** The rules for names. Each returns Kubernetes' messages; the shared empty list when the name is good. */

const GOOD: readonly string[] = Object.freeze([]);

export type NameRule = (name: string) => readonly string[];

const LABEL_1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_1123 = `${LABEL_1123}(\\.${LABEL_1123})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const LABEL_KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const LABEL_VALUE = `(${LABEL_KEY})?`;
const CONFIG_KEY = '[-._a-zA-Z0-9]+';
const HTTP_HEADER = '[-A-Za-z0-9]+';
const PERCENT = '[0-9]+%';

const anchored = (pattern: string) => new RegExp(`^${pattern}$`);
const label1123 = anchored(LABEL_1123);
const subdomain1123 = anchored(SUBDOMAIN_1123);
const label1035 = anchored(LABEL_1035);
const labelKeyPart = anchored(LABEL_KEY);
const configKey = anchored(CONFIG_KEY);
const httpHeader = anchored(HTTP_HEADER);
const percentText = anchored(PERCENT);

/** The text that goes with a pattern that did not match. */
function regexMessage(message: string, pattern: string, ...examples: readonly string[]): string {
  if (examples.length === 0) return `${message} (regex used for validation is '${pattern}')`;
  const list = examples.map((example) => `'${example}', `).join(' or '); // The double space is Kubernetes'.
  return `${message} (e.g. ${list}regex used for validation is '${pattern}')`;
}

const lengthMessage = (max: number) => `must be no more than ${max} bytes`;
export const rangeMessage = (low: number, high: number) => `must be between ${low} and ${high}, inclusive`;

const LABEL_1123_MESSAGE = regexMessage(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  LABEL_1123,
  'my-name',
  '123-abc',
);
const SUBDOMAIN_MESSAGE = regexMessage(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  SUBDOMAIN_1123,
  'example.com',
);
const LABEL_1035_MESSAGE = regexMessage(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  LABEL_1035,
  'my-name',
  'abc-123',
);
const LABEL_KEY_MESSAGE = regexMessage(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  LABEL_KEY,
  'MyName',
  'my.name',
  '123-abc',
);
const LABEL_VALUE_MESSAGE = regexMessage(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  LABEL_VALUE,
  'MyValue',
  'my_value',
  '12345',
);
const CONFIG_KEY_MESSAGE = regexMessage(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  CONFIG_KEY,
  'key.name',
  'KEY_NAME',
  'key-name',
);

/** A DNS label of at most 63 bytes: names of namespaces, containers, volumes, … */
export function dns1123Label(name: string): readonly string[] {
  if (name.length <= 63 && label1123.test(name)) return GOOD;
  const messages = name.length > 63 ? [lengthMessage(63)] : [];
  if (!label1123.test(name)) messages.push(subdomain1123.test(name) ? 'must not contain dots' : LABEL_1123_MESSAGE);
  return messages;
}

/** A DNS name of at most 253 bytes: the names of most objects. */
export function dns1123Subdomain(name: string): readonly string[] {
  if (name.length <= 253 && subdomain1123.test(name)) return GOOD;
  const messages = name.length > 253 ? [lengthMessage(253)] : [];
  if (!subdomain1123.test(name)) messages.push(SUBDOMAIN_MESSAGE);
  return messages;
}

/** A DNS label that begins with a letter: names of Services. */
export function dns1035Label(name: string): readonly string[] {
  if (name.length <= 63 && label1035.test(name)) return GOOD;
  const messages = name.length > 63 ? [lengthMessage(63)] : [];
  if (!label1035.test(name)) messages.push(LABEL_1035_MESSAGE);
  return messages;
}

function keyPart(name: string): readonly string[] {
  if (name.length <= 63 && labelKeyPart.test(name)) return GOOD;
  const messages: string[] = [];
  if (name === '') messages.push('name part must be non-empty');
  else if (name.length > 63) messages.push(`name part ${lengthMessage(63)}`);
  if (!labelKeyPart.test(name)) messages.push(`name part ${LABEL_KEY_MESSAGE}`);
  return messages;
}

/** Label keys repeat from object to object, so the good ones are remembered. */
const goodKeys = new Set<string>();
const GOOD_KEYS_MAX = 4_096;

/** `[prefix/]name`: label keys, annotation keys (after lower-casing), finalizers, extended resources. */
export function qualifiedName(name: string): readonly string[] {
  if (goodKeys.has(name)) return GOOD;
  const messages = checkQualifiedName(name);
  if (messages.length === 0) {
    if (goodKeys.size >= GOOD_KEYS_MAX) goodKeys.clear();
    goodKeys.add(name);
  }
  return messages;
}

function checkQualifiedName(name: string): readonly string[] {
  const slash = name.indexOf('/');
  if (slash < 0) return keyPart(name);
  if (name.indexOf('/', slash + 1) >= 0) {
    return [
      `a valid label key ${LABEL_KEY_MESSAGE} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const prefix = name.slice(0, slash);
  const prefixMessages = prefix === '' ? ['must be non-empty'] : dns1123Subdomain(prefix);
  const nameMessages = keyPart(name.slice(slash + 1));
  if (prefixMessages.length === 0) return nameMessages;
  return [...prefixMessages.map((message) => `prefix part ${message}`), ...nameMessages];
}

export function labelValue(value: string): readonly string[] {
  if (value === '' || (value.length <= 63 && labelKeyPart.test(value))) return GOOD;
  const messages = value.length > 63 ? [lengthMessage(63)] : [];
  if (!labelKeyPart.test(value)) messages.push(LABEL_VALUE_MESSAGE);
  return messages;
}

function dotsMessages(name: string): string[] {
  if (name === '.') return ["must not be '.'"];
  if (name === '..') return ["must not be '..'"];
  return name.startsWith('..') ? ["must not start with '..'"] : [];
}

/** Keys of ConfigMaps and Secrets. */
export function configMapKey(name: string): readonly string[] {
  if (name.length <= 253 && name.charCodeAt(0) !== 46 && configKey.test(name)) return GOOD;
  const messages = name.length > 253 ? [lengthMessage(253)] : [];
  if (!configKey.test(name)) messages.push(CONFIG_KEY_MESSAGE);
  messages.push(...dotsMessages(name));
  return messages.length > 0 ? messages : GOOD;
}

/** Names of environment variables, after the relaxed rules (printable ASCII without `=`). */
export function envVarName(name: string): readonly string[] {
  if (name === '') return ['environment variable name must be non-empty'];
  if (/^[\x20-\x3c\x3e-\x7e]+$/.test(name)) return GOOD;
  return ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** Names of container and service ports (IANA_SVC_NAME). */
export function portName(name: string): readonly string[] {
  const messages: string[] = [];
  if (name.length > 15) messages.push(lengthMessage(15));
  if (!/^[-a-z0-9]+$/.test(name)) {
    messages.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  }
  if (!/[a-z]/.test(name)) messages.push('must contain at least one letter (a-z)');
  if (name.includes('--')) messages.push('must not contain consecutive hyphens');
  if (name.startsWith('-') || name.endsWith('-')) messages.push('must not begin or end with a hyphen');
  return messages.length > 0 ? messages : GOOD;
}

export function portNumber(port: number): readonly string[] {
  return port >= 1 && port <= 65535 && Number.isInteger(port) ? GOOD : [rangeMessage(1, 65535)];
}

export function httpHeaderName(name: string): readonly string[] {
  if (httpHeader.test(name)) return GOOD;
  const message = "a valid HTTP header must consist of alphanumeric characters or '-'";
  return [regexMessage(message, HTTP_HEADER, 'X-Header-Name')];
}

export function percent(text: string): readonly string[] {
  if (percentText.test(text)) return GOOD;
  const message = "a valid percent string must be a numeric string followed by an ending '%'";
  return [regexMessage(message, PERCENT, '1%', '93%')];
}

/** Whether a generateName can lead to a good name: a trailing dash is not its end. */
export function forPrefix(rule: NameRule): NameRule {
  return (prefix) => rule(prefix.endsWith('-') && prefix.length > 1 ? `${prefix.slice(0, -2)}a` : prefix);
}
