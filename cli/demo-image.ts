/** The demo's image: Debian's static busybox with a page, built on this machine so that no registry is needed. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { putBusyboxImage } from '../node-agent/containers/docker-local-image.js';
import { engineSocket, onPath } from './docker-engine.js';
import type { Progress } from './progress.js';

const busyboxPaths = ['/bin/busybox', '/usr/bin/busybox'];

/** Throws an Error of one line where there is no static busybox and none can be installed. */
export async function buildDemoImage(tag: string, folder: string, progress: Progress): Promise<void> {
  const busybox = await staticBusybox(progress);
  const file = (name: string, executable = false) => ({
    content: readFileSync(path.join(folder, name), 'utf8'),
    executable,
  });
  const files = {
    '/page.html': file('page.html'),
    '/bin/serve': file('serve.sh', true),
    '/www/healthz': { content: 'ok\n' },
    '/www/cgi-bin/index.cgi': file('index.cgi', true),
    '/www/cgi-bin/who': file('who.cgi', true),
  };
  await putBusyboxImage(engineSocket(), tag, { busybox, files, changes: ['CMD ["/bin/serve"]', 'EXPOSE 8080'] });
}

async function staticBusybox(progress: Progress): Promise<string> {
  const found = await firstStatic();
  if (found) return found;
  if (process.getuid?.() !== 0 || !onPath('apt-get'))
    throw new Error("the demo's image needs a static busybox: apt-get install busybox-static");
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    promisify(execFile)('apt-get', ['-o', 'DPkg::Lock::Timeout=120', '-q', ...args], { env });
  await progress.step("Installing Debian's busybox-static", async () => {
    await apt('update');
    await apt('install', '-y', '--no-install-recommends', 'busybox-static');
  });
  const installed = await firstStatic();
  if (!installed) throw new Error('busybox-static was installed, but /bin/busybox is not static');
  return installed;
}

/** Debian's plain `busybox` package has the same name, but its binary needs libraries that the image hasn't. */
async function firstStatic(): Promise<string | undefined> {
  return busyboxPaths.find((candidate) => existsSync(candidate) && !isDynamic(readFileSync(candidate)));
}

/** Has the ELF file an interpreter (PT_INTERP)? */
export function isDynamic(elf: Buffer): boolean {
  if (elf.readUInt32BE(0) !== 0x7f454c46) return true;
  const is64 = elf[4] === 2;
  const start = is64 ? Number(elf.readBigUInt64LE(32)) : elf.readUInt32LE(28);
  const [size, count] = [elf.readUInt16LE(is64 ? 54 : 42), elf.readUInt16LE(is64 ? 56 : 44)];
  return Array.from({ length: count }, (_, i) => elf.readUInt32LE(start + i * size)).includes(3);
}
