import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { brokenArrows, importsOf, packageOf, root, sourceFiles, unportedUses } from '../harness/source-rules.js';

const files = sourceFiles();

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Package;
const direct = [...Object.keys(dependencies), ...Object.keys(devDependencies)];

test('nobody imports against the arrows, and what one place keeps is imported only there', (t) => {
  t.true(files.length > 100, 'the sources were found');
  t.deepEqual(files.flatMap(brokenArrows), []);
});

test('time, chance and the environment come through ports', (t) => {
  t.deepEqual(files.flatMap(unportedUses), []);
});

test('a broken arrow, a kept package and a use beside the ports are found', (t) => {
  const file = (name: string, text: string) => ({ name, text });
  t.is(brokenArrows(file('schemas/a.ts', "import { x } from '../bus/bus.js';")).length, 1);
  t.is(brokenArrows(file('actors/controllers/a.ts', "import type {\n  X,\n} from '../scheduler/x.js';")).length, 1);
  t.is(brokenArrows(file('gateway/verbs/a.ts', "const { x } = await import('../../actors/x.js');")).length, 1);
  t.is(brokenArrows(file('cli/a.ts', "import Docker from 'dockerode';")).length, 1);
  t.deepEqual(
    brokenArrows(file('actors/controllers/a.ts', "export { x } from '../../runtime/x.js';\nimport './y.js';")),
    [],
  );
  t.deepEqual(
    unportedUses(file('actors/a.ts', '// Date.now()\n/* setTimeout */\nconst a = 1;\nconst b = Date.now();')),
    ['actors/a.ts:4 uses Date.now'],
  );
  t.deepEqual(unportedUses(file('runtime/process/clock.ts', 'setTimeout(f)')), []);
});

test('every package that is imported is a direct dependency', (t) => {
  const imported = new Set(
    files
      .flatMap(({ text }) => importsOf(text))
      .filter((target) => !/^(\.|node:)/.test(target))
      .map(packageOf),
  );
  t.deepEqual(
    [...imported].filter((name) => !direct.includes(name)),
    [],
  );
});

test('what runs outside of build and tests is not among the development dependencies', (t) => {
  const atBuildTime = /^(test|bench)\/|^schemas\/openapi\/generator\//;
  const imported = files
    .filter(({ name }) => !atBuildTime.test(name))
    .flatMap(({ text }) => importsOf(text.replace(/import type [^;]*;/g, '')));
  t.deepEqual(
    imported.map(packageOf).filter((name) => name in devDependencies),
    [],
  );
});

test('docs/dependencies.md has one line for each direct dependency and none for others', (t) => {
  const lines = readFileSync(path.join(root, 'docs', 'dependencies.md'), 'utf8').split('\n');
  const named = lines.flatMap((line) => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? []);
  t.deepEqual(named.toSorted(), direct.toSorted());
});
