// Bundles tsc's output (never the TypeScript: esbuild drops decorator metadata) into few files, which halves start-up time and memory.
import { build } from 'esbuild';
import { builtinModules } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** What tsc wrote: `node cli/bundle.mjs [FOLDER]`. */
const compiled = path.resolve(process.argv[2] ?? path.join(root, 'build'));

/**
 * Node's own modules are required instead of imported: an import reads every property of the module once, and reading all of `node:http` alone loads
 * Node's whole fetch (a quarter of the time to ready). esbuild writes such imports one to a statement, at the start of a line or after another statement.
 */
const builtinImport = new RegExp(
  `(?<=^|[;\\n])import ?([^;"'()]*?) ?from ?"(?:node:)?(${builtinModules.join('|')})";`,
  'g',
);

function requireBuiltins(code) {
  return code.replace(builtinImport, (_, clause, name) => {
    const [, whole, all, names] = /^([\w$]+)?,? ?(?:\* ?as ([\w$]+))?(\{.*\})?$/s.exec(clause);
    const targets = [whole, all, names?.replaceAll(/ as /g, ':')].filter(Boolean);
    return targets.map((target) => `const ${target}=globalThis.process.getBuiltinModule("${name}");`).join('');
  });
}

/** What dockerode loads for paths that Troupe never takes: BuildKit sessions (gRPC) and Docker over ssh. */
const leaveOut = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(@grpc\/grpc-js|@grpc\/proto-loader|ssh2)$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'left-out',
    }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path: name }) => ({
      contents: `module.exports = { Client: class { constructor() { throw new Error('${name} is not part of this bundle'); } } };`,
      loader: 'js',
    }));
  },
};

const { outputFiles } = await build({
  entryPoints: [path.join(compiled, 'cli/main.js')],
  outdir: path.join(compiled, 'bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: false,
  logLevel: 'warning',
  plugins: [leaveOut],
  external: ['lmdb'], // Native code.
  write: false,
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

mkdirSync(path.join(compiled, 'bundle'), { recursive: true });
for (const { path: file, text } of outputFiles) writeFileSync(file, requireBuiltins(text));
