/** Limits and intervals of streams to pods. */
export const streamLimits = {
  /** Upgraded connections at once; more get 429. Each may hold a few hundred kilobytes. */
  sessionsMax: 1_000,
  /** What one stream of a client may have waiting for its pod before the client's connection is not read further. */
  inputBytesMax: 256 * 1024,
  /** Written to a client's socket and not yet taken, before writers wait. */
  outputBytesMax: 256 * 1024,
  /** One WebSocket message: clients send at most a few dozen kilobytes at once, some of them a whole file. */
  messageBytesMax: 4 * 1024 * 1024,
  /** Kubelet's own: how long a client may take to open all its streams. */
  streamCreationMs: 30_000,
  /** Keeps middle boxes from dropping quiet connections, and finds clients that vanished. */
  pingMs: 20_000,
  /** Pings without a sign of life before a client counts as gone. */
  pingsUnansweredMax: 3,
  /** How long a client may take to close after us. */
  lingerMs: 5_000,
  /** The answer to a log request begins with the first byte, or after this: until then an error is an HTTP status. */
  logStartMs: 1_000,
  /** Of one port-forward over WebSocket channels: a channel number is one byte, and each port has two. */
  portsMax: 64,
} as const;
