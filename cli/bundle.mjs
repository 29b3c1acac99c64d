// Bundles tsc's output (never the TypeScript: esbuild drops decorator metadata) into few files, which halves start-up time and memory.
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

await build({
  entryPoints: [path.join(root, 'build/cli/main.js')],
  outdir: path.join(root, 'build/bundle'),
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
