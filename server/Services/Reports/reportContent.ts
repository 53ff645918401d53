/** What a column holds: whole cents, a number, a day `YYYY-MM-DD`, or text. */
export type ColumnKind = 'text' | 'day' | 'amount' | 'number';

export interface Column {
  readonly title: string;
  readonly kind: ColumnKind;
  /** Its share of a page's width, against that of the others. */
  readonly width: number;
}

export type Cell = string | number | null;

/** Bars, each with its height and what stands above it. */
export interface BarChart {
  readonly title: string;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly text: string;
  }[];
}

/** A report as it is read, whatever file it becomes: its rows come one after another. */
export interface ReportContent {
  readonly title: string;
  readonly subtitle: string;
  readonly columns: readonly Column[];
  readonly chart: BarChart;
  /** How many rows there will be, for the progress. */
  readonly rowCount: number;
  readonly rows: AsyncIterable<readonly Cell[]>;
  /** The last row, below all others. */
  readonly totals: readonly Cell[];
}
