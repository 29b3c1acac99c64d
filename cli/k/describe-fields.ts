/** Fields as `Name:  value`, nested ones indented. */
const width = 22;

export function fieldLines(name: string, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object') return valueLines(name, String(value as string | number | boolean));
  const isEmpty = Object.keys(value).length === 0;
  if (isEmpty) return valueLines(name, '<none>');
  if (Array.isArray(value)) return listLines(name, value);
  const names = Object.entries(value);
  // Labels, annotations and the like are text, and their names are shown as they are.
  if (names.every(([, inner]) => typeof inner === 'string') && !/^(Spec|Status)$/.test(name)) {
    return names.map(
      ([key, inner], i) =>
        `${i === 0 ? `${name}:`.padEnd(width) : ' '.repeat(width)} ${key}=${firstLine(inner as string)}`,
    );
  }
  return [`${name}:`, ...indented(names.flatMap(([key, inner]) => fieldLines(titled(key), inner)))];
}

function listLines(name: string, list: readonly unknown[]): string[] {
  if (list.every((item) => typeof item !== 'object')) return valueLines(name, list.join(', '));
  const items = list.map((item) =>
    indented(Object.entries(item as object).flatMap(([key, inner]) => fieldLines(titled(key), inner))),
  );
  return [
    `${name}:`,
    ...items.flatMap(([first = '', ...rest]) => [`- ${first.trimStart()}`, ...rest]).map((line) => `  ${line}`),
  ];
}

function valueLines(name: string, value: string): string[] {
  const [first = '', ...rest] = value.split('\n');
  return [`${`${name}:`.padEnd(width)} ${first}`, ...rest.map((line) => `${' '.repeat(width)} ${line}`)];
}

function firstLine(text: string): string {
  const [first = '', second] = text.split('\n');
  return second === undefined ? first : `${first} …`;
}

/** `restartPolicy` → `Restart Policy`. */
export function titled(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replace(/([a-z0-9])([A-Z])/g, '$1 $2');
}

export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
