/** Where Go's standard base64 decoder stops, for its error message. Line ends are skipped; nothing may follow padding. */
export function illegalBase64At(text: string): number | undefined {
  let inQuantum = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\n' || char === '\r') continue;
    if (char === '=') return illegalPaddingAt(text, at, inQuantum);
    if (!/[A-Za-z0-9+/]/.test(char)) return at;
    inQuantum = (inQuantum + 1) % 4;
  }
  return inQuantum === 0 ? undefined : text.length - inQuantum;
}

/** `at` is the first `=`, after `inQuantum` characters of its group of four. */
function illegalPaddingAt(text: string, at: number, inQuantum: number): number | undefined {
  if (inQuantum < 2) return at;
  let next = skipLineEnds(text, at + 1);
  if (inQuantum === 2) {
    if (next >= text.length) return text.length;
    if (text[next] !== '=') return next;
    next = skipLineEnds(text, next + 1);
  }
  return next < text.length ? next : undefined;
}

function skipLineEnds(text: string, at: number): number {
  let next = at;
  while (text[next] === '\n' || text[next] === '\r') next++;
  return next;
}
