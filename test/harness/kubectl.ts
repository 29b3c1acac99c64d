/** Where the real kubectl is, as `npm test` found it. */
import { spawnSync } from 'node:child_process';

/** The binary to run, or why there is none. Run outside of `npm test`, the PATH decides. */
export function findKubectl(): { readonly binary: string } | { readonly binary: undefined; readonly why: string } {
  const { TROUPE_TEST_KUBECTL: binary, TROUPE_TEST_KUBECTL_ABSENT: why } = process.env;
  if (binary) return { binary };
  if (why) return { binary: undefined, why };
  const { error } = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
  return error ? { binary: undefined, why: `no kubectl is on the PATH: ${error.message}` } : { binary: 'kubectl' };
}
