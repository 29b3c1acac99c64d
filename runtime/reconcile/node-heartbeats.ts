/** When the control plane last heard of each node: what the node lifecycle controller judges silence by. Nothing of it is committed. */
export abstract class NodeHeartbeats {
  /** Monotonic milliseconds of this process's clock; undefined for a node that was never heard here. */
  abstract lastSeen(node: string): number | undefined;
  /** Monotonic: since when this process is itself in touch with nodes. Silence before it proves nothing. */
  abstract readonly inTouchSinceMs: number;
}
