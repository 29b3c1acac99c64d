/** The build step of schemas/openapi: `node build/schemas/openapi/generate.js [OUTDIR]` writes what load.ts reads. Repeatable. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fieldNumbers from '../protobuf/field-numbers.json' with { type: 'json' };
import { buildTable } from './generator/build-table.js';
import { readModels } from './generator/read-models.js';
import { writeDocuments } from './generator/write-documents.js';

const out = process.argv[2] ?? join(fileURLToPath(new URL('.', import.meta.url)), 'generated');
mkdirSync(out, { recursive: true });

const models = readModels();
const table = await buildTable(models);
writeFileSync(join(out, 'table.json'), JSON.stringify(table));
writeFileSync(join(out, 'field-numbers.json'), JSON.stringify(fieldNumbers));

const { kinds } = await import('../kinds/registry.js');
writeDocuments(out, kinds, table, models);
