import type { DataMark } from '../dataMark.ts';
/** What a cell holds; a text for people is made of it by its column. */
export type Value = string | number | null;

export interface Column {
  /** In CSV and JSON, with unit and space: `peakPressureKpa`. */
  readonly name: string;
  /** On the page. */
  readonly label: string;
  /** On the page; as it is when absent. */
  readonly show?: (value: number) => string;
  /** Share of the page's width; the content's own width when absent. */
  readonly wide?: true;
}

export interface ReportTable {
  /** Name of its CSV file, and its key in report.json. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Value[])[];
  /** In place of a table without rows. */
  readonly empty: string;
}

export type Block =
  | { readonly kind: 'table'; readonly table: ReportTable }
  /** A table of two columns whose first is a heading: what it is, and its value. */
  | { readonly kind: 'pairs'; readonly table: ReportTable }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'plot'; readonly id: string; readonly title: string; readonly description: string; readonly svg: string }
  | { readonly kind: 'pictures'; readonly pictures: readonly ReportPicture[] }
  /** Lines to be filled in by hand. */
  | { readonly kind: 'lines'; readonly labels: readonly string[] };

export interface ReportPicture {
  readonly id: string;
  readonly caption: string;
  /** For those who do not see it. */
  readonly alternative: string;
  readonly jpeg: Uint8Array;
}

export interface ReportSection {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** One report, before it becomes pages: PDF, HTML, CSV and JSON are made from this and from nothing else. */
export interface ReportModel {
  readonly title: string;
  readonly subtitle: string;
  /** Whom it is of; stands on every page. */
  readonly patient: string;
  /** Its sentence stands on every page. */
  readonly mark: DataMark | null;
  /** At the foot of each page. */
  readonly footer: string;
  readonly sections: readonly ReportSection[];
}

/** What stands in a cell on the page. */
export const shown = (column: Column, value: Value): string => {
  if (value === null || value === '') return '–';
  return typeof value === 'number' && column.show ? column.show(value) : String(value);
};

export const tablesOf = (model: ReportModel): readonly ReportTable[] =>
  model.sections.flatMap(({ blocks }) => blocks.flatMap((block) => ('table' in block ? [block.table] : [])));
