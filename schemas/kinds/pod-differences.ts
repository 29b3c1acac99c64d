/** The text that tells what of a spec changed, for errors about changes that may not be made. */
import { deepEqual } from '../meta/deep-equal.js';

const LINES_MAX = 40;
const VALUE_MAX = 200;

const shown = (value: unknown) => {
  const text = JSON.stringify(value);
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX)}…` : text;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldName = (key: string) => key.charAt(0).toUpperCase() + key.slice(1);

function describe(before: Record<string, any>, after: Record<string, any>, indent: string, lines: string[]): void {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const keys = all.filter((key) => before[key] !== undefined || after[key] !== undefined);
  const changed = keys.filter((key) => !deepEqual(before[key], after[key]));
  const same = keys.length - changed.length;
  if (same > 0) lines.push(`  ${indent}... // ${same} identical ${same === 1 ? 'field' : 'fields'}`);
  for (const key of changed) {
    const [old, now] = [before[key], after[key]];
    if (isObject(old) && isObject(now)) {
      lines.push(`  ${indent}${fieldName(key)}: {`);
      describe(old, now, `${indent}\t`, lines);
      lines.push(`  ${indent}},`);
      continue;
    }
    if (old !== undefined) lines.push(`- ${indent}${fieldName(key)}: ${shown(old)},`);
    if (now !== undefined) lines.push(`+ ${indent}${fieldName(key)}: ${shown(now)},`);
  }
}

/** At most 40 lines: the changed fields with `-` and `+`. */
export function differencesOf(typeName: string, before: object, after: object): string {
  const lines: string[] = [];
  describe(before as Record<string, any>, after as Record<string, any>, '\t', lines);
  const kept = lines.length > LINES_MAX ? [...lines.slice(0, LINES_MAX), '  \t...'] : lines;
  return [`  ${typeName}{`, ...kept, '  }', ''].join('\n');
}
