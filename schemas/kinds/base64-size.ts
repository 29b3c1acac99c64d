/** How many bytes a (valid) base64 text stands for, without decoding it. */
export function decodedBytes(base64: string): number {
  if (base64 === '') return 0;
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}
