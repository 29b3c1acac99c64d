import test from 'ava';
import { type Table, TablePrinter } from '../../../../cli/k/table.js';
import { withSeparator } from '../../../../cli/k/main.js';

const columnDefinitions = [
  { name: 'Name', priority: 0 },
  { name: 'Ready', priority: 0 },
  { name: 'IP', priority: 1 },
];
const row = (name: string, ready: string): Table['rows'][number] => ({
  cells: [name, ready, null],
  object: { metadata: { name, namespace: 'default' } },
});

test('columns are as wide as their widest cell, and those of low priority are shown only when asked for', (t) => {
  const table = { columnDefinitions, rows: [row('a', '1/1'), row('longer-name', '0/1')] };
  t.deepEqual(new TablePrinter({ wide: false, namespaces: false }).lines(table), [
    'NAME          READY',
    'a             1/1',
    'longer-name   0/1',
  ]);
  t.deepEqual(
    new TablePrinter({ wide: true, namespaces: true, prefix: 'pod/' }).lines({
      columnDefinitions,
      rows: [row('a', '1/1')],
    }),
    ['NAMESPACE   NAME    READY   IP', 'default     pod/a   1/1     <none>'],
  );
});

test('a watch prints the head once, and its columns stay where they are', (t) => {
  const printer = new TablePrinter({ wide: false, namespaces: false });
  printer.lines({ columnDefinitions, rows: [row('longer-name', '1/1')] });
  t.deepEqual(printer.lines({ columnDefinitions: null, rows: [row('a', '0/1')] }), ['a             0/1']);
});

test("the separator of an exec'd command is put back where something ate it", (t) => {
  t.deepEqual(withSeparator(['exec', 'web', 'ls', '-l']), ['exec', 'web', '--', 'ls', '-l']);
  t.deepEqual(withSeparator(['exec', '-it', 'web', '--', 'sh']), ['exec', '-it', 'web', '--', 'sh']);
  t.deepEqual(withSeparator(['get', 'pods', '-A']), ['get', 'pods', '-A']);
});
