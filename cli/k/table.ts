/** The server's Tables as columns of text. */
export interface Table {
  readonly metadata?: { readonly resourceVersion?: string };
  readonly columnDefinitions?: readonly { readonly name: string; readonly priority: number }[] | null;
  readonly rows: readonly {
    readonly cells: readonly unknown[];
    readonly object?: { readonly metadata?: { readonly name?: string; readonly namespace?: string } } | null;
  }[];
}

export interface TableView {
  readonly wide: boolean;
  /** With the namespace as first column. */
  readonly namespaces: boolean;
  /** In front of each name, e.g. `pod/`. */
  readonly prefix?: string;
}

const gap = '   ';
export const tableType = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Prints tables of the same columns one after the other, as a watch needs it: the widths only grow. */
export class TablePrinter {
  #columns: readonly { readonly name: string; readonly index: number }[] | undefined;
  #widths: number[] = [];

  constructor(private readonly view: TableView) {}

  lines(table: Table): string[] {
    const isFirst = this.#columns === undefined;
    this.#columns ??= (table.columnDefinitions ?? [])
      .map(({ name, priority }, index) => ({ name, priority, index }))
      .filter(({ priority }) => this.view.wide || priority === 0);
    const head = [
      ...(this.view.namespaces ? ['NAMESPACE'] : []),
      ...this.#columns.map(({ name }) => name.toUpperCase()),
    ];
    const rows = [...(isFirst ? [head] : []), ...table.rows.map((row) => this.#cells(row))];
    for (const row of rows) row.forEach((cell, i) => (this.#widths[i] = Math.max(this.#widths[i] ?? 0, cell.length)));
    return rows.map((row) => aligned(row, this.#widths));
  }

  #cells({ cells, object }: Table['rows'][number]): string[] {
    const { name, namespace } = object?.metadata ?? {};
    const shown = this.#columns!.map(({ index }) => cellText(cells[index]));
    if (this.view.prefix && name !== undefined) shown[0] = this.view.prefix + name;
    return [...(this.view.namespaces ? [namespace ?? ''] : []), ...shown];
  }
}

/** Columns of text under a head. */
export function columnsOf(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) => aligned(row, widths));
}

function aligned(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!)))
    .join(gap)
    .trimEnd();
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '<none>';
  return String(cell as string | number).split('\n')[0]!;
}
