/** Objects from YAML or JSON files, folders of them, or stdin. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ApiObject } from './session.js';

/** In the order of the files and documents; Lists are unpacked. Throws an Error that names the file. */
export function readManifests(files: readonly string[]): ApiObject[] {
  return files.flatMap((file) =>
    file === '-'
      ? documentsOf(readFileSync(0, 'utf8'), 'stdin')
      : pathsOf(file).flatMap((found) => documentsOf(readFileSync(found, 'utf8'), found)),
  );
}

/** npm runs scripts in the package's folder; a name is meant from where the user stood. */
function pathsOf(file: string): string[] {
  const found = [path.resolve(process.env['INIT_CWD'] ?? '.', file), path.resolve(file)].find((candidate) =>
    existsSync(candidate),
  );
  if (!found) throw new Error(`error: the path "${file}" does not exist`);
  if (!statSync(found).isDirectory()) return [found];
  const names = readdirSync(found).filter((name) => /\.(ya?ml|json)$/.test(name));
  return names.sort().map((name) => path.join(found, name));
}

function documentsOf(text: string, file: string): ApiObject[] {
  // YAML 1.1, because that is what kubectl reads: an unquoted `yes` is true.
  return parseAllDocuments(text, { version: '1.1', merge: true }).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) throw new Error(`error: error parsing ${file}: ${problem.message.split('\n')[0]}`);
    const value = document.toJS() as (ApiObject & { items?: ApiObject[] }) | null;
    if (value === null) return [];
    if (typeof value !== 'object' || !value.kind || !value.apiVersion)
      throw new Error(`error: ${file}: each object needs apiVersion and kind`);
    return value.kind.endsWith('List') && Array.isArray(value.items) ? value.items : [value];
  });
}
