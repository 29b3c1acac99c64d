/** Where a pod's containers live in the machine's cgroups: each driver has its own spelling. Pure. */
import type { QosClass } from '../../schemas/kinds/pod-qos.js';
import type { RuntimeInfo } from './container-runtime.js';

/**
 * The CgroupParent of a pod's sandbox and containers; undefined where there are no cgroups. With systemd, dashes in a slice's name nest, so the uid's
 * become underscores.
 */
export function podCgroupParent(
  driver: RuntimeInfo['cgroupDriver'],
  qosClass: QosClass,
  podUid: string,
): string | undefined {
  if (driver === 'none') return undefined;
  const qos = qosClass === 'Guaranteed' ? [] : [qosClass.toLowerCase()];
  if (driver === 'cgroupfs') return `/${['troupe', ...qos, `pod${podUid}`].join('/')}`;
  return `${['troupe', ...qos, `pod${podUid.replaceAll('-', '_')}`].join('-')}.slice`;
}

/** Kubernetes' cpu.shares of a request: 1024 a core, at least 2. */
export function cpuSharesOf(requestMillis: number): number {
  return Math.min(262_144, Math.max(2, Math.floor((requestMillis * 1024) / 1000)));
}

/** The CFS quota of a limit over a period of 100 ms; undefined for no limit. */
export function cpuQuotaOf(limitMillis: number): number | undefined {
  return limitMillis > 0 ? Math.max(1000, limitMillis * 100) : undefined;
}

/** oom_score_adj: -997 guaranteed, 1000 best effort, between them by the share of the machine's memory that is requested. */
export function oomScoreAdjOf(qosClass: QosClass, requestBytes: number, machineBytes: number): number {
  if (qosClass === 'Guaranteed') return -997;
  if (qosClass === 'BestEffort') return 1000;
  const score = 1000 - Math.floor((1000 * requestBytes) / machineBytes);
  return Math.min(999, Math.max(3, score));
}
