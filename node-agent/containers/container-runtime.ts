/**
 * The port to whatever runs containers. One contract suite (test/contract/container-runtime.ts) is passed by DockerRuntime and SimulatedRuntime.
 * Names follow the CRI: a sandbox holds a pod's network and IPC, containers join it. Everything that must survive the agent is in labels.
 */
import type { BusStream } from '../../bus/stream.js';
import type { LogOptions } from '../../schemas/messages/node-link.js';

export interface RuntimeInfo {
  /** e.g. `docker`. */
  readonly name: string;
  readonly version: string;
  readonly operatingSystem: string;
  readonly osImage: string;
  readonly kernelVersion: string;
  readonly architecture: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly cgroupDriver: 'cgroupfs' | 'systemd' | 'none';
  readonly cgroupVersion: 1 | 2;
}

/** Which pod and container a runtime object belongs to: kept in its labels. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export interface PortMapping {
  readonly hostIP?: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

export interface SandboxSpec {
  readonly pod: PodIdentity;
  /** Grows with each new sandbox of the pod. */
  readonly attempt: number;
  readonly hostname: string;
  readonly hostNetwork: boolean;
  readonly hostPID: boolean;
  readonly hostIPC: boolean;
  readonly shareProcessNamespace: boolean;
  readonly dns?: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly ports: readonly PortMapping[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly cgroupParent?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Sandbox {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly running: boolean;
  readonly ips: readonly string[];
  readonly createdAtMs: number;
}

export interface Mount {
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
  readonly propagation?: 'None' | 'HostToContainer' | 'Bidirectional';
}

export interface ContainerSpec {
  readonly pod: PodIdentity;
  readonly name: string;
  readonly kind: 'init' | 'main' | 'ephemeral';
  /** Grows with each restart: restartCount = attempt of the newest. */
  readonly attempt: number;
  /** Resolved image id or reference that is present. */
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: {
    readonly cpuShares: number;
    readonly cpuQuotaMicros?: number;
    readonly cpuPeriodMicros?: number;
    readonly memoryBytes?: number;
    readonly oomScoreAdj: number;
    readonly pidsLimit?: number;
  };
  readonly security: {
    readonly privileged: boolean;
    readonly user?: string;
    readonly groups?: readonly number[];
    readonly capabilitiesAdd: readonly string[];
    readonly capabilitiesDrop: readonly string[];
    readonly readOnlyRootFilesystem: boolean;
    readonly noNewPrivileges: boolean;
    readonly seccomp?: 'unconfined' | 'default' | { readonly localhostPath: string };
    readonly maskedPathsDefault: boolean;
  };
  readonly cgroupParent?: string;
  /** File on the host bind-mounted at terminationMessagePath; read by the agent at exit. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerState {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly name: string;
  readonly kind: 'init' | 'main' | 'ephemeral';
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited';
  readonly exitCode?: number;
  readonly signal?: number;
  readonly oomKilled?: boolean;
  /** The runtime's own words when it could not start. */
  readonly error?: string;
  readonly createdAtMs: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageInfo {
  readonly id: string;
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  readonly user: string;
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly identityToken?: string;
  readonly serverAddress?: string;
}

export interface RuntimeEvent {
  readonly kind: 'started' | 'exited' | 'oom' | 'removed' | 'sandbox-exited';
  readonly id: string;
  readonly pod: PodIdentity;
}

/** Errors that the agent turns into reasons: `notFound` image → ErrImagePull, `unauthorized`, `unavailable` runtime, `invalid` spec → CreateContainerError. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  constructor(
    readonly kind:
      | 'image-not-found'
      | 'pull-failed'
      | 'unauthorized'
      | 'unavailable'
      | 'invalid'
      | 'not-found'
      | 'start-failed'
      | 'timeout',
    message: string,
  ) {
    super(message);
  }
}

/** All methods are repeatable: a create with an identity (pod uid, name, attempt) that exists returns it; removing what is gone succeeds. */
export interface ContainerRuntime {
  info(): Promise<RuntimeInfo>;
  /** Everything of Troupe's on this machine for this node, for adoption after a restart. */
  list(): Promise<{ sandboxes: readonly Sandbox[]; containers: readonly ContainerState[] }>;

  createSandbox(spec: SandboxSpec): Promise<Sandbox>;
  sandbox(id: string): Promise<Sandbox | undefined>;
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;

  createContainer(sandboxId: string, spec: ContainerSpec): Promise<string>;
  startContainer(id: string): Promise<void>;
  container(id: string): Promise<ContainerState | undefined>;
  /** TERM (or the image's stop signal), then KILL after the grace. Resolves when it has exited. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;

  image(reference: string): Promise<ImageInfo | undefined>;
  pullImage(reference: string, auth: RegistryAuth | undefined, onProgress?: (text: string) => void): Promise<ImageInfo>;
  listImages(): Promise<readonly { names: readonly string[]; sizeBytes: number }[]>;

  /** For probes and hooks: output bounded at 16 KiB. Throws RuntimeError `timeout`. */
  execSync(id: string, command: readonly string[], timeoutMs: number): Promise<{ exitCode: number; output: string }>;
  /** Interactive: stdin, stdout, stderr, resize on the stream's channels (schemas/messages/node-link.ts). Resolves with the exit code; does not close the stream. */
  exec(
    id: string,
    options: { command: readonly string[]; stdin: boolean; stdout: boolean; stderr: boolean; tty: boolean },
    stream: BusStream,
  ): Promise<number>;
  attach(
    id: string,
    options: { stdin: boolean; stdout: boolean; stderr: boolean; tty: boolean },
    stream: BusStream,
  ): Promise<void>;
  /** Writes lines to the stream's data channel until the end (follow: until the container ends or the stream closes). */
  logs(id: string, options: LogOptions, stream: BusStream): Promise<void>;
  /** Connects to a port inside the sandbox's network namespace and pumps the data channel both ways. */
  portForward(sandboxId: string, port: number, stream: BusStream): Promise<void>;

  /** Changes as they happen, from now on; resumes by itself after the runtime was away. `resync` asks the agent to list again. */
  watch(onEvent: (event: RuntimeEvent) => void, resync: () => void): { close(): void };
  close(): Promise<void>;
}
