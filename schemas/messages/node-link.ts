/**
 * What a node's agent and its `node-link/<node>` actor in the control plane tell each other. The agent dials out: it asks on `up`, and is told on `down`.
 * Everything here is plain JSON data, since it crosses the bus.
 */
import type { ConfigMap, Node, Pod, PodStatus, Secret } from '../meta/object.js';
import type { StatusDetails } from '../errors.js';

/** One pod's status as its agent sees it. Committed with the uid as precondition; what is older than `observed` is refused by the actor as unchanged. */
export interface PodReport {
  namespace: string;
  name: string;
  uid: string;
  status: PodStatus;
}

/** An Event of the agent's (about a pod or its own node), to be written by the control plane's recorder. */
export interface NodeEvent {
  namespace: string;
  involved: { kind: 'Pod' | 'Node'; name: string; uid: string; fieldPath?: string };
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

export type ReportOutcome =
  | { kind: 'ok' }
  | { kind: 'gone' }
  | { kind: 'refused'; code: number; reason: string; message: string; details?: StatusDetails };

/** Asks from agent to node-link. All may be repeated. */
export interface NodeUpProtocol {
  /** At start and after a reconnect: creates or updates the Node object (labels and addresses are the agent's own), answers with the desired pods. */
  register(message: { node: Node; incarnation: string }): Promise<{ desired: DesiredPods }>;
  /** Every `heartbeatMs`. Costs no commit when `status` is absent or unchanged. `resend`: drift was found, a `down.desired` follows. `wantStatus`: the next one should carry it. */
  heartbeat(message: {
    incarnation: string;
    desiredRevision: number;
    status?: Node['status'];
  }): Promise<{ resend: boolean; wantStatus?: boolean }>;
  /** Batched per turn: all status changes of the node. One outcome per report, in order. */
  report(message: { reports: PodReport[] }): Promise<{ outcomes: ReportOutcome[] }>;
  /** The agent's last act for a pod: nothing of it is left on the machine. Deletes with grace 0 and the uid as precondition. Idempotent. */
  podGone(message: { namespace: string; name: string; uid: string }): Promise<void>;
  events(message: { events: NodeEvent[] }): Promise<void>;
  /** Only objects that a pod of the node mentions; undefined where absent. */
  getConfigMap(message: { namespace: string; name: string }): Promise<ConfigMap | undefined>;
  getSecret(message: { namespace: string; name: string }): Promise<Secret | undefined>;
  /** A token for the pod's service account, bound to the pod. */
  serviceAccountToken(message: {
    namespace: string;
    serviceAccount: string;
    pod: { name: string; uid: string };
    audiences: string[];
    expirationSeconds: number;
  }): Promise<{ token: string; expiresAtMs: number }>;
}

/** Published by an agent on its own `up` subject when nobody serves it: whoever keeps node-links wakes this node's. */
export interface NodeHello {
  readonly kind: 'hello';
  readonly node: string;
}

/** The whole protocol of `node-link/<node>`: what agents ask, and what its keeper asks. */
export interface NodeLinkProtocol extends NodeUpProtocol {
  /** Does nothing but be active, so that the node's agent is heard. */
  wake(message: Record<string, never>): Promise<void>;
}

/** All pods bound to the node, whole, at one revision of pods. The agent ignores anything below the highest (generation, revision) it has seen. */
export interface DesiredPods {
  storeGeneration: number;
  revision: number;
  pods: Pod[];
  /** The owner token of the node-link that says so: `<generation>.<epoch>.<incarnation>`. What an earlier owner says is ignored. */
  token?: string;
}

/** From node-link to agent. Told, not asked: a lost one is found by the next heartbeat. */
export interface NodeDownProtocol {
  desired(message: DesiredPods): void;
  /** Changes since `after`; an agent that is not at `after` asks for everything by its next heartbeat. */
  changed(message: {
    storeGeneration: number;
    after: number;
    revision: number;
    pods: Pod[];
    removed: { namespace: string; name: string; uid: string }[];
    token?: string;
  }): void;
  /** A ConfigMap or Secret that a pod of the node mentions has changed: the agent fetches it again. */
  configChanged(message: { kind: 'ConfigMap' | 'Secret'; namespace: string; name: string }): void;
}

/** How a stream to a node's pod begins. Frames follow in both directions on `BusStream` channels. */
export type StreamOpen =
  | {
      kind: 'exec';
      namespace: string;
      pod: string;
      uid: string;
      container: string;
      command: string[];
      stdin: boolean;
      stdout: boolean;
      stderr: boolean;
      tty: boolean;
    }
  | {
      kind: 'attach';
      namespace: string;
      pod: string;
      uid: string;
      container: string;
      stdin: boolean;
      stdout: boolean;
      stderr: boolean;
      tty: boolean;
    }
  | { kind: 'portForward'; namespace: string; pod: string; uid: string; port: number }
  | { kind: 'logs'; namespace: string; pod: string; uid: string; container: string; options: LogOptions };

export interface LogOptions {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  limitBytes?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  /** PodLogOptions.stream of v1.36: `All` (default), `Stdout`, `Stderr`. */
  stream?: 'All' | 'Stdout' | 'Stderr';
}

/** Channels of a BusStream. exec and attach use Kubernetes' numbers; logs and portForward use `data` both ways. */
export const streamChannel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, data: 1 } as const;
