import test from 'ava';
import { containerOptions } from '../../../../../node-agent/containers/docker/container-options.js';
import { asRuntimeError, negotiatedVersion } from '../../../../../node-agent/containers/docker/engine.js';
import { runtimeEventOf } from '../../../../../node-agent/containers/docker/events.js';
import { runtimeInfo } from '../../../../../node-agent/containers/docker/host-info.js';
import { pullErrorOf } from '../../../../../node-agent/containers/docker/images.js';
import { sandboxOptions } from '../../../../../node-agent/containers/docker/sandbox-options.js';
import { aContainer, aSandbox } from '../../../../contract/container-runtime.js';

const pod = { namespace: 'default', name: 'web-0', uid: 'u-1' };
const owner = { nodeName: 'n', clusterId: 'c' };
const surroundings = { image: 'pause', network: 'bridge', oomScoreAdjMin: -1000 };
const joined = { id: 's', hostNetwork: false, hostPID: false, hostIPC: false, sharedPid: false };

test('host ports, names and DNS are put on the sandbox, since Docker refuses them on who joins it', (t) => {
  const ports = [
    { hostPort: 8080, containerPort: 80, protocol: 'TCP' as const },
    { hostIP: '127.0.0.1', hostPort: 8081, containerPort: 80, protocol: 'TCP' as const },
  ];
  const options = sandboxOptions(
    aSandbox(pod, { ports, sysctls: { 'net.ipv4.tcp_syncookies': '0' } }),
    owner,
    surroundings,
  );
  t.is(options.name, 'troupe_POD_web-0_default_u-1_0');
  t.is(options.Hostname, 'web-0');
  t.deepEqual(options.HostConfig?.PortBindings, {
    '80/tcp': [{ HostPort: '8080' }, { HostIp: '127.0.0.1', HostPort: '8081' }],
  });
  t.is(options.HostConfig?.IpcMode, 'shareable');
  t.deepEqual(options.HostConfig?.Sysctls, { 'net.ipv4.tcp_syncookies': '0' });
});

test('a pod on the network of its machine binds no port and keeps the hostname of its machine', (t) => {
  const ports = [{ hostPort: 80, containerPort: 80, protocol: 'TCP' as const }];
  const options = sandboxOptions(aSandbox(pod, { hostNetwork: true, ports }), owner, surroundings);
  t.is(options.HostConfig?.NetworkMode, 'host');
  t.is(options.HostConfig?.UTSMode, 'host');
  t.is(options.Hostname, undefined);
  t.deepEqual(options.HostConfig?.PortBindings, {});
});

test('a container joins its sandbox, has no swap beyond its memory, and a mount whose source is missing is refused', (t) => {
  const mounts = [{ hostPath: '/a', containerPath: '/b', readOnly: true, propagation: 'HostToContainer' as const }];
  const resources = { cpuShares: 0, cpuQuotaMicros: 10, memoryBytes: 99, oomScoreAdj: -997 };
  const spec = aContainer(pod, 'image', { command: ['/run'], mounts, resources });
  const { HostConfig: host, ...options } = containerOptions(
    spec,
    owner,
    { ...joined, sharedPid: true },
    { oomScoreAdjMin: 0 },
  );
  t.deepEqual([options.Entrypoint, options.Cmd, options.Healthcheck], [['/run'], undefined, { Test: ['NONE'] }]);
  t.deepEqual([host?.NetworkMode, host?.IpcMode, host?.PidMode], ['container:s', 'container:s', 'container:s']);
  t.deepEqual(
    [host?.Memory, host?.MemorySwap, host?.CpuShares, host?.CpuQuota, host?.OomScoreAdj],
    [99, 99, 2, 1000, 0],
  );
  t.deepEqual(host?.Mounts, [
    { Type: 'bind', Source: '/a', Target: '/b', ReadOnly: true, BindOptions: { Propagation: 'rslave' } },
  ]);
});

test('a seccomp profile of the machine is given as its text, and unmasked paths as empty lists', (t) => {
  const base = aContainer(pod, 'image');
  const security = {
    ...base.security,
    noNewPrivileges: true,
    maskedPathsDefault: false,
    seccomp: { localhostPath: '/x' },
  };
  const machine = { oomScoreAdjMin: -1000, seccompProfile: '{}' };
  const { HostConfig: host } = containerOptions({ ...base, security }, owner, joined, machine);
  t.deepEqual(host?.SecurityOpt, ['no-new-privileges', 'seccomp={}']);
  t.deepEqual([host?.MaskedPaths, host?.ReadonlyPaths], [[], []]);
});

test('the version spoken is the older of both sides, compared as numbers', (t) => {
  t.is(negotiatedVersion('1.41'), '1.41');
  t.is(negotiatedVersion('1.9'), '1.9');
  t.is(negotiatedVersion('1.60'), '1.47');
  t.is(negotiatedVersion(undefined), undefined);
});

test('a lost connection is unavailable, a missing container not found, a missing executable a failed start', (t) => {
  const refused = (statusCode: number | undefined, message: string) =>
    Object.assign(new Error(message), { statusCode });
  t.is(asRuntimeError(refused(undefined, 'connect ECONNREFUSED')).kind, 'unavailable');
  t.is(asRuntimeError(refused(404, 'No such container: x'), 'start-failed').kind, 'not-found');
  const missing = asRuntimeError(
    refused(404, '(HTTP code 404) no such container - exec: "x": not found '),
    'start-failed',
  );
  t.deepEqual([missing.kind, missing.message], ['start-failed', 'exec: "x": not found']);
});

test('what a registry answers is told apart: missing, private, broken', (t) => {
  t.is(
    pullErrorOf("pull access denied for x, repository does not exist or may require 'docker login'").kind,
    'image-not-found',
  );
  t.is(pullErrorOf('manifest for x:y not found: manifest unknown').kind, 'image-not-found');
  t.is(pullErrorOf('unauthorized: authentication required').kind, 'unauthorized');
  t.is(pullErrorOf('dial tcp 127.0.0.1:1: connect: connection refused').kind, 'pull-failed');
});

test('both cgroup drivers are read from what Docker says of itself', (t) => {
  const debian11 = {
    ServerVersion: '20.10.5',
    OSType: 'linux',
    OperatingSystem: 'Debian',
    KernelVersion: '5',
    Architecture: 'x86_64',
    NCPU: 2,
    MemTotal: 9,
  };
  t.like(runtimeInfo({ ...debian11, CgroupDriver: 'cgroupfs' }), {
    cgroupDriver: 'cgroupfs',
    cgroupVersion: 1,
    architecture: 'amd64',
  });
  t.like(runtimeInfo({ ...debian11, CgroupDriver: 'systemd', CgroupVersion: '2' }), {
    cgroupDriver: 'systemd',
    cgroupVersion: 2,
  });
});

test('the end of a sandbox is told as such, and its start is nobody else to tell', (t) => {
  const Attributes = { 'io.troupe.type': 'sandbox', 'io.kubernetes.pod.uid': 'u-1' };
  t.is(runtimeEventOf({ Action: 'die', Actor: { ID: 's', Attributes }, timeNano: 1 })?.kind, 'sandbox-exited');
  t.is(runtimeEventOf({ Action: 'start', Actor: { ID: 's', Attributes }, timeNano: 1 }), undefined);
  t.is(runtimeEventOf({ Action: 'exec_start: x', Actor: { ID: 's', Attributes: {} }, timeNano: 1 }), undefined);
});
