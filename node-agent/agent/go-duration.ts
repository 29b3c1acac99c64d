/** A duration as Go prints it in the kubelet's messages: `393ms`, `10s`, `1m20s`, `5m0s`. */
export function goDuration(ms: number): string {
  if (ms <= 0) return '0s';
  if (ms < 1_000) return `${trimmed(ms)}ms`;
  const seconds = ms / 1_000;
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const rest = `${trimmed(seconds - hours * 3_600 - minutes * 60)}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}

const trimmed = (value: number): string => String(Math.round(value * 1_000) / 1_000);
