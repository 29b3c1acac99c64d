/** Counts the events in a watch's bytes, and times them where asked. An event is a line; the line ends of HTTP/1.1's chunks come after a carriage return. */
import { nowMs, sentMs } from './bodies.js';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const NAME = /"name":"([^"]+)"/;
/** An object's name comes early in its event. */
const HEAD_BYTES = 256;

export class EventCounter {
  events = 0;
  #last = 0;
  #open = '';

  /** `latenciesMs` gets the age of each event whose name tells when it was made; without, events are only counted. */
  constructor(private readonly latenciesMs?: number[]) {}

  add(bytes: Buffer): void {
    let start = 0;
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
      if ((at > 0 ? bytes[at - 1] : this.#last) === CARRIAGE_RETURN) continue;
      this.events++;
      if (this.latenciesMs) this.#time(bytes, start, at);
      start = at + 1;
    }
    if (bytes.length > 0) this.#last = bytes[bytes.length - 1]!;
    if (this.latenciesMs && this.#open.length < HEAD_BYTES)
      this.#open += bytes.toString('latin1', start, Math.min(bytes.length, start + HEAD_BYTES));
  }

  #time(bytes: Buffer, start: number, end: number): void {
    const head = this.#open + bytes.toString('latin1', start, Math.min(end, start + HEAD_BYTES));
    this.#open = '';
    const name = NAME.exec(head)?.[1];
    if (name) this.latenciesMs!.push(nowMs() - sentMs(name));
  }
}
