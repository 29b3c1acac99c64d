/** What a part has found, and how it is printed. */
export interface Figure {
  readonly name: string;
  /** With its unit. */
  readonly value: string;
  /** What it is held against, with its unit. */
  readonly limit?: string;
  readonly ratio?: number;
  readonly p50?: string;
  readonly p99?: string;
  readonly note?: string;
}

export type Part = (say: (text: string) => void) => Promise<readonly Figure[]>;

const columns = ['figure', 'measured', 'bare limit', 'ratio', 'p50', 'p99', 'note'] as const;

export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, limit, ratio, p50, p99, note }) =>
    [name, value, limit, ratio?.toFixed(2), p50, p99, note].map((cell) => cell ?? ''),
  );
  const all = [[...columns], ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  const lines = all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
  return [lines[0], '-'.repeat(lines[0]!.length), ...lines.slice(1)].join('\n');
}

export const perSecond = (value: number, what = '') =>
  `${Math.round(value).toLocaleString('en-US')} ${what}/s`.replace(' /', '/');
export const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
