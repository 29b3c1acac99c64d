/** What a node lends to its pods. One object per node; everything here may be called as often as needed. */
import type { Clock } from '../../runtime/process/clock.js';
import type { Logger } from '../../runtime/process/logger.js';
import type { Random } from '../../runtime/process/random.js';
import type { ConfigMap, Pod, Secret } from '../../schemas/meta/object.js';
import type { ContainerRuntime, RuntimeInfo } from '../containers/container-runtime.js';
import type { ClusterDns } from '../network/resolv-conf.js';
import type { ExecSlots } from '../probes/exec-slots.js';
import type { ProbeTransport } from '../probes/probe-transport.js';
import type { PodVolumes } from '../volumes/pod-volumes.js';
import type { PodActor } from './pod-actor.js';

/** Objects that pods mention, read through the node's link and kept while they are mentioned. */
export interface ConfigSource {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  token(
    pod: Pod,
    audiences: readonly string[],
    expirationSeconds: number,
  ): Promise<{ token: string; expiresAtMs: number }>;
}

/** What is known of the machine once its runtime has answered. */
export interface MachineFacts {
  readonly runtimeName: string;
  readonly hostIPs: readonly string[];
  readonly memoryBytes: number;
  readonly cgroupDriver: RuntimeInfo['cgroupDriver'];
  /** Resource name → quantity; for `resourceFieldRef` of limits that aren't set. */
  readonly allocatable: Readonly<Record<string, string>>;
}

export interface PodServices {
  readonly nodeName: string;
  readonly clusterDomain: string;
  readonly clusterDns: ClusterDns | undefined;
  readonly apiService: { readonly host: string; readonly port: number } | undefined;
  readonly runtime: ContainerRuntime;
  readonly volumes: PodVolumes;
  readonly transport: ProbeTransport;
  readonly slots: ExecSlots;
  readonly config: ConfigSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly machine: MachineFacts;
  /** Never fails, never waits. */
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string, container?: string): void;
  /** The pod's status may have changed: it is computed and reported once at the end of this turn. */
  changed(actor: PodActor): void;
  /** Nothing of the pod is left on the machine. */
  gone(actor: PodActor): void;
}
