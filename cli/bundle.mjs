// Bundles tsc's output (never the TypeScript: esbuild drops decorator metadata) into few files, which halves start-up time and memory.
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
/** What tsc wrote: `node cli/bundle.mjs [FOLDER]`. */
const compiled = path.resolve(process.argv[2] ?? path.join(root, 'build'));

await build({
  entryPoints: [path.join(compiled, 'cli/main.js')],
  outdir: path.join(compiled, 'bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  sourcemap: false,
  logLevel: 'warning',
  // Native code, and what is only reached on paths that Troupe never takes (Docker over ssh).
  external: ['lmdb', 'cpu-features', 'ssh2'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
