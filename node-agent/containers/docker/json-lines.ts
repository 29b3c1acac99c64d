import type { Readable } from 'node:stream';

const LINE_CHARS_MAX = 1_000_000;

/** The values of a stream of one JSON value per line (pull progress, events). Throws what the stream throws; skips what is no JSON. */
export async function* jsonLines<T>(stream: NodeJS.ReadableStream): AsyncGenerator<T> {
  let rest = '';
  for await (const chunk of (stream as Readable).setEncoding('utf8')) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_CHARS_MAX) rest = '';
    for (const line of lines) {
      const value = parsed<T>(line);
      if (value !== undefined) yield value;
    }
  }
  const last = parsed<T>(rest);
  if (last !== undefined) yield last;
}

function parsed<T>(line: string): T | undefined {
  if (!line.trim()) return undefined;
  try {
    return JSON.parse(line) as T;
  } catch {
    return undefined;
  }
}
