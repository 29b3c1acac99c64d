/** The port to time. In simulation it is virtual; nothing outside adapters calls Date.now or setTimeout. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since the epoch: for times that are written into objects. May jump. */
  now(): number;
  /** Milliseconds that only grow: for deadlines and durations. */
  monotonic(): number;
  /** Runs `fn` once, `ms` from now. Does not keep the process alive. */
  after(ms: number, fn: () => void): Timer;
}

/** A promise that resolves after `ms`, or at once (rejecting with the reason) when `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** The machine's clock. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  after(ms: number, fn: () => void): Timer {
    const timeout = setTimeout(fn, Math.min(ms, 2_147_483_647));
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  }
}
