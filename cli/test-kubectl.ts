/** A kubectl for the tests: the one on the PATH where it is new enough, else Debian trixie's, fetched and verified by apt in folders of its own, so that the machine's packages stay as they are. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Progress } from './progress.js';

export type Kubectl =
  | { readonly kind: 'found'; readonly binary: string; readonly version: string }
  | { readonly kind: 'absent'; readonly why: string };

const run = promisify(execFile);
const oldestMinor = 32;
const suite = 'trixie';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const defaultMirror = 'http://deb.debian.org/debian/';

/** Repeatable: what was fetched into the folder once is found there again. */
export async function ensureKubectl(folder: string, progress: Progress): Promise<Kubectl> {
  const onPath = await versionOf('kubectl');
  if (isNewEnough(onPath)) return { kind: 'found', binary: 'kubectl', version: onPath! };
  const fetched = path.join(folder, 'usr', 'bin', 'kubectl');
  const kept = await versionOf(fetched);
  if (isNewEnough(kept)) return { kind: 'found', binary: fetched, version: kept! };
  const reason = onPath ? `kubectl on the PATH is ${onPath}` : 'no kubectl is on the PATH';
  if (!existsSync(keyring)) return { kind: 'absent', why: `${reason}, and this is no Debian that could provide one` };
  try {
    await progress.step(`Fetching Debian ${suite}'s kubectl, since ${reason}`, () => fetchInto(folder));
  } catch (error) {
    return {
      kind: 'absent',
      why: `${reason}, and Debian's can't be had: ${lastLine((error as { stderr?: string }).stderr) || (error as Error).message}`,
    };
  }
  const version = await versionOf(fetched);
  return isNewEnough(version)
    ? { kind: 'found', binary: fetched, version: version! }
    : { kind: 'absent', why: `${reason}, and Debian's doesn't run here` };
}

/** `v1.32.4`; undefined where the program doesn't run. */
async function versionOf(binary: string): Promise<string | undefined> {
  try {
    const { stdout } = await run(binary, ['version', '--client', '-o', 'json']);
    return (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion;
  } catch {
    return undefined;
  }
}

export function isNewEnough(version: string | undefined): boolean {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= oldestMinor);
}

/** apt checks the signatures of the release file and the hashes below it; nothing but the folder changes. */
async function fetchInto(folder: string): Promise<void> {
  const apt = path.join(folder, 'apt');
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(path.join(apt, name), { recursive: true });
  writeFileSync(path.join(apt, 'sources.list'), `deb [signed-by=${keyring}] ${await mirror()} ${suite} main\n`);
  writeFileSync(path.join(apt, 'status'), '');
  const settings = {
    'Dir::Etc::SourceList': path.join(apt, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State::Lists': path.join(apt, 'lists'),
    'Dir::State::Status': path.join(apt, 'status'),
    'Dir::Cache': path.join(apt, 'cache'),
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', ['-q', ...options, 'update']);
  await run('apt-get', ['-q', ...options, 'download', `kubectl/${suite}`], { cwd: apt });
  const [archive] = readdirSync(apt).filter((name) => name.endsWith('.deb'));
  if (!archive) throw new Error('apt-get downloaded nothing');
  await run('dpkg-deb', ['-x', path.join(apt, archive), folder]);
  rmSync(apt, { recursive: true });
}

/** The machine's own mirror of Debian, which its proxy or firewall allows. */
async function mirror(): Promise<string> {
  const { stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI)',
    'Created-By: Packages',
    'Label: Debian',
  ]).catch(() => ({ stdout: '' }));
  return stdout.split('\n').find((line) => line.startsWith('http')) ?? defaultMirror;
}

function lastLine(text = ''): string {
  return text.trim().split('\n').at(-1) ?? '';
}
