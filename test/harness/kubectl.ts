/** The real kubectl, as `npm test` found it. */
import { execFile, spawnSync } from 'node:child_process';

export interface KubectlResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

export interface KubectlOptions {
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export type RunKubectl = (args: readonly string[], options?: KubectlOptions) => Promise<KubectlResult>;

const defaultTimeoutMs = 60_000;
const outputBytesMax = 64 * 1_024 * 1_024;

/** The binary to run, or why there is none. Run outside of `npm test`, the PATH decides. */
export function findKubectl(): { readonly binary: string } | { readonly binary: undefined; readonly why: string } {
  const { TROUPE_TEST_KUBECTL: binary, TROUPE_TEST_KUBECTL_ABSENT: why } = process.env;
  if (binary) return { binary };
  if (why) return { binary: undefined, why };
  const { error } = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
  return error ? { binary: undefined, why: `no kubectl is on the PATH: ${error.message}` } : { binary: 'kubectl' };
}

/** Runs kubectl against one cluster. A refusal is an answer with its exit code, never an exception; a deadline answers with code 124. */
export function kubectl(kubeconfigPath: string): RunKubectl {
  const found = findKubectl();
  if (found.binary === undefined) throw new Error(found.why);
  return (args, { stdin, timeoutMs = defaultTimeoutMs, env } = {}) =>
    new Promise((resolve) => {
      const options = {
        timeout: timeoutMs,
        maxBuffer: outputBytesMax,
        env: { ...process.env, ...env, KUBECONFIG: kubeconfigPath },
      };
      const child = execFile(found.binary, [...args], options, (error, stdout, stderr) => {
        const code = !error ? 0 : error.killed ? 124 : typeof error.code === 'number' ? error.code : 1;
        resolve({ stdout, stderr, code });
      });
      child.stdin?.on('error', () => {}); // It may end without reading.
      child.stdin?.end(stdin ?? '');
    });
}
