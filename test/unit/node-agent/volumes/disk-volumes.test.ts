import { lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { DiskVolumes } from '../../../../node-agent/volumes/disk-volumes.js';
import { VolumeError, type VolumeSources } from '../../../../node-agent/volumes/pod-volumes.js';
import type { ConfigMap, Pod, Secret, Volume } from '../../../../schemas/meta/object.js';

const asRoot = process.getuid?.() === 0 ? test : test.skip; // Mounts and chgrp are root's.

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5), monotonic: () => 0, after: () => ({ cancel() {} }) };

function aPod(volumes: Volume[], spec: object = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'web-0',
      namespace: 'default',
      uid: 'uid-1',
      resourceVersion: '1',
      creationTimestamp: '',
      labels: { b: '2', a: '1' },
    },
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: '250m' } } }], volumes, ...spec },
  } as Pod;
}

function aSource({ configMap, secret }: { configMap?: object; secret?: object } = {}): VolumeSources {
  return {
    configMap: async () => configMap as ConfigMap | undefined,
    secret: async () => secret as Secret | undefined,
    token: async (audience, seconds) => ({ token: `for ${audience}`, expiresAtMs: clock.now() + seconds * 1000 }),
  };
}

async function aDisk(t: ExecutionContext) {
  const root = await mkdtemp(join(tmpdir(), 'troupe-volumes-'));
  const disk = new DiskVolumes({ root, clock, allocatable: () => ({ cpuMillis: 2000, memoryBytes: 1024 }) });
  t.teardown(async () => {
    await disk.remove('uid-1');
    await rm(root, { recursive: true });
  });
  return { root, disk };
}

async function prepared(disk: DiskVolumes, pod: Pod, sources = aSource()): Promise<string> {
  const paths = await disk.prepare(pod, sources);
  return paths.get('v') ?? '';
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;

test('an emptyDir can be written by anybody, whatever the umask is, and keeps its content when it is prepared again', async (t) => {
  const { disk } = await aDisk(t);
  const pod = aPod([{ name: 'v', emptyDir: {} }]);
  const path = await prepared(disk, pod);
  t.is(await modeOf(path), 0o777);
  await writeFile(join(path, 'kept'), 'x');
  await prepared(disk, pod);
  t.deepEqual(await readdir(path), ['kept']);
});

asRoot(
  'an emptyDir in memory is one tmpfs of its size limit, mounted once, and is unmounted when the pod is removed',
  async (t) => {
    const { root, disk } = await aDisk(t);
    const pod = aPod([{ name: 'v', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }]);
    const path = await prepared(disk, pod);
    await prepared(disk, pod);
    const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').filter((line) => line.includes(path));
    t.is(mounts.length, 1);
    t.regex(mounts[0] ?? '', /^tmpfs .* tmpfs rw,.*size=1024k/);
    t.is(await modeOf(path), 0o777);
    await disk.remove('uid-1');
    t.false((await readFile('/proc/mounts', 'utf8')).includes(path));
    t.deepEqual(await readdir(root), []);
  },
);

asRoot('an fsGroup owns an emptyDir and what is in it, and the group of new files is inherited', async (t) => {
  const { disk } = await aDisk(t);
  const path = await prepared(disk, aPod([{ name: 'v', emptyDir: {} }], { securityContext: { fsGroup: 4321 } }));
  t.is((await stat(path)).gid, 4321);
  t.is(await modeOf(path), 0o2777);
  await writeFile(join(path, 'new'), '');
  t.is((await stat(join(path, 'new'))).gid, 4321);
});

test('a configMap is files behind ..data with their modes, and a change moves ..data to a new directory at once', async (t) => {
  const { disk } = await aDisk(t);
  const items = [
    { key: 'a', path: 'deep/a.txt', mode: 0o400 },
    { key: 'b', path: 'b' },
  ];
  const pod = aPod([{ name: 'v', configMap: { name: 'cfg', items, defaultMode: 0o640 } }]);
  const sources = (data: object) => aSource({ configMap: { data, binaryData: { b: 'AAE=' } } });
  const path = await prepared(disk, pod, sources({ a: 'one' }));
  const before = await lstat(join(path, '..data'));
  t.deepEqual((await readdir(path)).filter((name) => !name.startsWith('..2')).sort(), ['..data', 'b', 'deep']);
  t.true((await lstat(join(path, 'b'))).isSymbolicLink());
  t.is(await modeOf(join(path, 'deep/a.txt')), 0o400);
  t.is(await modeOf(join(path, 'b')), 0o640);
  t.deepEqual([...(await readFile(join(path, 'b')))], [0, 1]);

  await disk.refresh(pod, sources({ a: 'one' }));
  t.is((await lstat(join(path, '..data'))).ino, before.ino, 'what is the same is not written again');
  await disk.refresh(pod, sources({ a: 'two' }));
  t.is(await readFile(join(path, 'deep/a.txt'), 'utf8'), 'two');
  t.is((await readdir(path)).filter((name) => name.startsWith('..2026_01_02_03_04_05.')).length, 1);
});

test('a key that leaves a configMap takes its file with it', async (t) => {
  const { disk } = await aDisk(t);
  const pod = aPod([{ name: 'v', configMap: { name: 'cfg' } }]);
  const path = await prepared(disk, pod, aSource({ configMap: { data: { a: '1', b: '2' } } }));
  await disk.refresh(pod, aSource({ configMap: { data: { b: '2' } } }));
  t.deepEqual(
    (await readdir(path)).filter((name) => !name.startsWith('..')),
    ['b'],
  );
});

test('a missing configMap, and a missing key of a secret, are said in the words of kubelet; optional ones are an empty directory', async (t) => {
  const { disk } = await aDisk(t);
  await t.throwsAsync(prepared(disk, aPod([{ name: 'v', configMap: { name: 'nope' } }])), {
    instanceOf: VolumeError,
    message: 'MountVolume.SetUp failed for volume "v" : configmap "nope" not found',
  });
  const items = [{ key: 'k', path: 'k' }];
  await t.throwsAsync(
    prepared(disk, aPod([{ name: 'v', secret: { secretName: 's', items } }]), aSource({ secret: { data: {} } })),
    {
      message: 'MountVolume.SetUp failed for volume "v" : references non-existent secret key: k',
    },
  );
  const path = await prepared(disk, aPod([{ name: 'v', configMap: { name: 'nope', optional: true } }]));
  t.deepEqual(
    (await readdir(path)).filter((name) => !name.startsWith('..')),
    [],
  );
});

test('a projected volume joins secrets, downward values and a token that says when it must be renewed', async (t) => {
  const { disk } = await aDisk(t);
  const volume = {
    name: 'v',
    projected: {
      defaultMode: 0o644,
      sources: [
        { secret: { name: 's' } },
        { serviceAccountToken: { path: 'token', audience: 'api', expirationSeconds: 1000 } },
        {
          downwardAPI: {
            items: [
              { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
              { path: 'cpu', resourceFieldRef: { containerName: 'c', resource: 'limits.cpu', divisor: '1m' } },
            ],
          },
        },
      ],
    },
  } as Volume;
  const sources = aSource({ secret: { data: { password: 'c2VjcmV0' } } });
  const path = await prepared(disk, aPod([volume]), sources);
  const read = (name: string) => readFile(join(path, name), 'utf8');
  t.deepEqual(await Promise.all(['password', 'token', 'labels', 'cpu'].map(read)), [
    'secret',
    'for api',
    'a="1"\nb="2"',
    '250',
  ]);
  t.is(await disk.refresh(aPod([volume]), sources), 800_000);
});

asRoot(
  'a subPath is bound once, made like its volume where absent, and a link that leads outside is refused',
  async (t) => {
    const { disk } = await aDisk(t);
    const pod = aPod([{ name: 'v', emptyDir: {} }]);
    const path = await prepared(disk, pod);
    const bound = await disk.subPath(pod, 'v', 'made/here');
    t.is(await disk.subPath(pod, 'v', 'made/here'), bound);
    await writeFile(join(bound, 'file'), 'seen');
    t.is(await readFile(join(path, 'made/here/file'), 'utf8'), 'seen');
    t.is(await modeOf(join(path, 'made')), 0o777);
    await symlink('/etc', join(path, 'escape'));
    await symlink('made', join(path, 'inside'));
    await t.throwsAsync(disk.subPath(pod, 'v', 'escape/passwd'), {
      instanceOf: VolumeError,
      message: /not within volume path/,
    });
    await t.throwsAsync(disk.subPath(pod, 'v', '../files'), {
      instanceOf: VolumeError,
      message: /must not contain "\.\."/,
    });
    t.is(await readFile(join(await disk.subPath(pod, 'v', 'inside/here/file')), 'utf8'), 'seen');
  },
);

asRoot('a subPath may name one file of a config map, which lies behind links that begin with two dots', async (t) => {
  const { disk } = await aDisk(t);
  const pod = aPod([{ name: 'v', configMap: { name: 'files' } }]);
  await prepared(disk, pod, aSource({ configMap: { data: { 'one.conf': 'first' } } }));
  t.is(await readFile(await disk.subPath(pod, 'v', 'one.conf'), 'utf8'), 'first');
});

test('a hostPath must be what its type says', async (t) => {
  const { root, disk } = await aDisk(t);
  const file = join(root, 'file');
  await writeFile(file, '');
  const of = (path: string, type: string) =>
    prepared(disk, aPod([{ name: 'v', hostPath: { path, type } }] as Volume[]));
  t.is(await of(file, 'File'), file);
  await t.throwsAsync(of(file, 'Directory'), {
    message: `MountVolume.SetUp failed for volume "v" : hostPath type check failed: ${file} is not a directory`,
  });
  await t.throwsAsync(of(join(root, 'none'), 'Socket'), { message: /is not a socket file$/ });
  t.true((await stat(await of(join(root, 'made'), 'DirectoryOrCreate'))).isDirectory());
});

test('a file of a pod keeps its inode when it is written again, and is read from its end', async (t) => {
  const { disk } = await aDisk(t);
  const path = await disk.writeFile('uid-1', 'etc-hosts', 'one', 0o666);
  const { ino } = await stat(path);
  await disk.writeFile('uid-1', 'etc-hosts', 'longer text', 0o666);
  t.is((await stat(path)).ino, ino);
  t.is(await modeOf(path), 0o666);
  t.is(await disk.readFile('uid-1', 'etc-hosts', 4), 'text');
  t.is(await disk.readFile('uid-1', 'absent', 4), '');
  await t.throwsAsync(disk.writeFile('uid-1', '../x', '', 0o600), { instanceOf: VolumeError });
  t.deepEqual(await disk.list(), ['uid-1']);
});
