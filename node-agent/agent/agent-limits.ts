/** The agent's intervals and bounds. */
export const agentLimits = {
  /** Often enough that a node's silence is known in seconds; a heartbeat that changes nothing costs no commit. */
  heartbeatMs: 5_000,
  /** Conditions' lastHeartbeatTime is committed this often when nothing else changes. */
  nodeStatusMs: 300_000,
  /** A first retry to reach the control plane, doubling to the next. */
  reconnectMs: 250,
  reconnectMaxMs: 10_000,
  askBudgetMs: 10_000,
  /** Status reports in one ask: 3 kB each stay below the bus's message size. */
  reportsPerAskMax: 256,
  eventsPerAskMax: 100,
  eventsWaitingMax: 1_000,
  /** As the kubelet: image and restart back-off. */
  backOffMs: 10_000,
  backOffMaxMs: 300_000,
  /** Volumes and sandboxes that failed are tried again, doubling. */
  setupRetryMs: 500,
  setupRetryMaxMs: 122_000,
  /** At least this much of the grace period is left for TERM after a preStop hook, and for sidecars after the others. */
  graceSecondsMin: 2,
  terminationMessageBytesMax: 4_096,
  terminationMessagesBytesMax: 12_288,
  fallbackLogBytesMax: 2_048,
  fallbackLogLinesMax: 80,
  execProbesMax: 4,
  imagesInStatusMax: 50,
  podsDefault: 110,
  /** Config objects that pods mention are asked for again after this, in case a notice was lost. */
  configRefreshMs: 60_000,
} as const;
