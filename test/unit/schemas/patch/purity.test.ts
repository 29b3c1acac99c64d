import test from 'ava';
import fc from 'fast-check';
import { createPatch } from 'rfc6902';
import { applyJsonPatch } from '../../../../schemas/patch/json-patch.js';
import { applyMergePatch } from '../../../../schemas/patch/merge-patch.js';
import { applyStrategicMergePatch } from '../../../../schemas/patch/strategic-merge.js';

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

const { document } = fc.letrec<{ document: object; value: unknown }>((tie) => ({
  document: fc.dictionary(fc.constantFrom('a', 'b', 'c/d', 'e~f'), tie('value'), { noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.integer(),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('document'),
  ),
}));

test('a JSON patch made from two documents leads from one to the other without changing it', (t) => {
  fc.assert(
    fc.property(document, document, (from, to) => {
      const patch = JSON.parse(JSON.stringify(createPatch(from, to)));
      if (patch.some(({ path }: { path: string }) => path === '')) return;
      t.deepEqual(applyJsonPatch(frozen(from), frozen(patch)), to);
    }),
  );
});

test('a merge patch applied twice is as one applied once, and neither input changes', (t) => {
  fc.assert(
    fc.property(document, document, (object, patch) => {
      const once = applyMergePatch(frozen(object), frozen(patch));
      t.is(applyMergePatch(frozen(once), patch), once);
    }),
  );
});

test('without merge keys a strategic merge patch is a merge patch', (t) => {
  fc.assert(
    fc.property(document, document, (object, patch) => {
      const merged = applyMergePatch(frozen(object), frozen(patch));
      t.deepEqual(applyStrategicMergePatch(object, patch, undefined), merged);
    }),
  );
});
