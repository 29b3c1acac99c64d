/** The addresses of simulated pods of one process, so that probes between nodes find whom they ask. */
export interface SimulatedListener {
  /** Does the pod with this address answer on the port? */
  healthy(): boolean;
}

const FIRST = 0x0a_40_00_01; // 10.64.0.1
const COUNT = 0x3f_ff_fe; // to 10.127.255.254

export class SimulatedNetwork {
  readonly #listeners = new Map<string, SimulatedListener>();
  #next = 0;

  /** A free address. Throws RangeError once four million are taken. */
  take(listener: SimulatedListener): string {
    for (let tries = 0; tries <= COUNT; tries++) {
      const n = FIRST + (this.#next++ % COUNT);
      const ip = `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
      if (this.#listeners.has(ip)) continue;
      this.#listeners.set(ip, listener);
      return ip;
    }
    throw new RangeError('no simulated address is free');
  }

  /** A known address again, after the process that simulates has restarted. False if another has it by now. */
  claim(ip: string, listener: SimulatedListener): boolean {
    if (this.#listeners.has(ip)) return false;
    this.#listeners.set(ip, listener);
    return true;
  }

  release(ip: string): void {
    this.#listeners.delete(ip);
  }

  at(ip: string): SimulatedListener | undefined {
    return this.#listeners.get(ip);
  }
}
