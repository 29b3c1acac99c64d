/** Images made on this machine from its own static busybox: what tests and the demo run where no registry answers. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { type TarEntry, tarArchive } from './tar-archive.js';

export interface BusyboxImageOptions {
  /** Where the static busybox is; default `/bin/busybox` (Debian's busybox-static). */
  readonly busybox?: string;
  /** More files of the image: absolute path → content. Scripts need `executable`. */
  readonly files?: Readonly<Record<string, { readonly content: string; readonly executable?: boolean }>>;
  /** Dockerfile instructions that `docker import` takes: CMD, ENTRYPOINT, ENV, EXPOSE, USER, WORKDIR, LABEL, STOPSIGNAL. */
  readonly changes?: readonly string[];
}

const CONTENT_LABEL = 'io.troupe.content';
const DIRECTORIES = ['bin', 'etc', 'tmp', 'root', 'var', 'usr', 'usr/bin', 'proc', 'sys', 'dev', 'run'];

async function appletsOf(busybox: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(busybox, ['--list']);
  return stdout.split('\n').filter((name) => name && name !== 'busybox');
}

/** The parents of a path, outermost first, without the path itself. */
function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function filesOf(files: BusyboxImageOptions['files'] = {}): TarEntry[] {
  const entries: TarEntry[] = [];
  const made = new Set(DIRECTORIES);
  for (const [path, { content, executable }] of Object.entries(files)) {
    const name = path.replace(/^\/+/, '');
    for (const parent of parentsOf(name)) {
      if (!made.has(parent)) entries.push({ kind: 'directory', name: parent, mode: 0o755 });
      made.add(parent);
    }
    entries.push({ kind: 'file', name, content: Buffer.from(content), mode: executable ? 0o755 : 0o644 });
  }
  return entries;
}

/** The file system of a busybox image as a tar archive. Throws where there is no busybox. */
async function busyboxArchive(options: BusyboxImageOptions = {}): Promise<Buffer> {
  const busybox = options.busybox ?? '/bin/busybox';
  const [content, applets] = await Promise.all([readFile(busybox), appletsOf(busybox)]);
  return tarArchive([
    ...DIRECTORIES.map((name) => ({ kind: 'directory' as const, name, mode: name === 'tmp' ? 0o1777 : 0o755 })),
    { kind: 'file', name: 'bin/busybox', content, mode: 0o755 },
    ...applets.map((name) => ({ kind: 'symlink' as const, name: `bin/${name}`, target: 'busybox' })),
    { kind: 'file', name: 'etc/passwd', content: Buffer.from(PASSWD), mode: 0o644 },
    { kind: 'file', name: 'etc/group', content: Buffer.from(GROUP), mode: 0o644 },
    ...filesOf(options.files),
  ]);
}

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';
const GROUP = 'root:x:0:\nnogroup:x:65534:\n';

/** Makes the image `tag` (`name:tag`) and answers with its id. Repeatable: where the tag has this content already, nothing is done. */
export async function buildBusyboxImage(
  docker: Docker,
  tag: string,
  options: BusyboxImageOptions = {},
): Promise<string> {
  const colon = tag.lastIndexOf(':');
  const archive = await busyboxArchive(options);
  const changes = ['ENV PATH=/bin:/usr/bin:/sbin:/usr/sbin', 'CMD ["sh"]', ...(options.changes ?? [])];
  const content = createHash('sha256').update(archive).update(changes.join('\n')).digest('hex');
  const existing = await docker
    .getImage(tag)
    .inspect()
    .catch(() => undefined);
  if (existing?.Config.Labels?.[CONTENT_LABEL] === content) return existing.Id;
  changes.push(`LABEL ${CONTENT_LABEL}=${content}`);
  const target = { repo: tag.slice(0, colon), tag: tag.slice(colon + 1), changes };
  const answer = await text(await docker.importImage(Readable.from([archive]), target));
  const last = JSON.parse(answer.trim().split('\n').at(-1) ?? '{}') as { status?: string; error?: string };
  if (!last.status?.startsWith('sha256:')) throw new Error(last.error ?? `docker import answered ${answer}`);
  return last.status;
}
