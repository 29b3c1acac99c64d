import test from 'ava';
import {
  entryParser,
  LineJoiner,
  LogFormatter,
  type LogLine,
} from '../../../../../node-agent/containers/docker/log-lines.js';

const T1 = '2026-01-02T03:04:05.000000001Z';
const T2 = '2026-01-02T03:04:05.000000002Z';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function linesOf(chunks: readonly Buffer[], tty = false): string[] {
  const parser = entryParser(tty);
  const joiner = new LineJoiner();
  const lines: LogLine[] = [];
  for (const chunk of chunks)
    for (const entry of parser.push(chunk)) lines.push(...[joiner.push(entry)].filter((line) => line !== undefined));
  return [...lines, ...joiner.flush()].map(
    ({ source, timestamp, data }) => `${source} ${timestamp} ${data.toString()}`,
  );
}

test('the pieces of a line are joined per stream, and the line has the time of its first piece', (t) => {
  const all = Buffer.concat([
    frame(1, `${T1} one `),
    frame(2, `${T2} error\n`),
    frame(1, `${T2} two\n`),
    frame(1, `${T2} open`),
  ]);
  const expected = [`stderr ${T2} error\n`, `stdout ${T1} one two\n`, `stdout ${T2} open`];
  t.deepEqual(linesOf([all]), expected);
  t.deepEqual(linesOf([...all].map((byte) => Buffer.from([byte]))), expected, 'however the bytes arrive');
});

test('a terminal has no frames, so a piece of 16 kB without a newline is followed by the time of the next', (t) => {
  const text = `${T1} ${'x'.repeat(16_384)}${T2} rest\n${T2} next\n`;
  t.deepEqual(linesOf([Buffer.from(text)], true), [`stdout ${T1} ${'x'.repeat(16_384)}rest\n`, `stdout ${T2} next\n`]);
});

test('the limit counts bytes as they are sent, with their times, and since drops whole lines', (t) => {
  const lines: LogLine[] = [T1, T2].map((timestamp) => ({ source: 'stdout', timestamp, data: Buffer.from('text\n') }));
  const formatter = new LogFormatter({ since: T2, timestamps: true, limitBytes: 33 });
  t.is(formatter.format(lines).toString(), `${T2} te`);
  t.true(formatter.full);
  t.is(formatter.format(lines).toString(), '');
});
