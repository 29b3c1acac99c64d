import { readFileSync } from 'node:fs';
import test from 'ava';

const root = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Row {
  readonly commands: readonly string[];
  readonly works: string;
  readonly file: string;
}

function rows(): Row[] {
  const lines = read('docs/kubectl.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return lines.map((line) => {
    const [command = '', works = '', file = ''] = line.slice(2).split(' | ');
    return {
      commands: [...command.matchAll(/`([^`]+)`/g)].map(([, said]) => said!),
      works,
      file: file.replace(/[\s|]/g, ''),
    };
  });
}

test('what the table of kubectl commands says works is in the test that it names', (t) => {
  const seen = rows().filter(({ file }) => file);
  t.true(seen.length > 25);
  for (const { commands, file } of seen) {
    const source = read(`test/integration/${file}.test.ts`).replaceAll(/', '/g, ' ');
    t.deepEqual(
      commands.filter((command) => !source.includes(command)),
      [],
      file,
    );
  }
});

test('what no test runs is said not to work', (t) => {
  for (const { commands, works, file } of rows()) if (!file) t.true(works.startsWith('no:'), commands.join());
});
