/// <reference path="./pdfmake.d.ts" />
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pdfmake, { type Content } from 'pdfmake';
import { markSentence } from '../dataMark.ts';
import { type Block, type ReportModel, type ReportPicture, type ReportTable, shown } from './model.ts';

const fontFolder = dirname(fileURLToPath(import.meta.resolve('pdfmake/fonts/Roboto/Roboto-Regular.ttf')));
const font = (name: string): string => join(fontFolder, `Roboto-${name}.ttf`);
pdfmake.setFonts({ Roboto: { normal: font('Regular'), bold: font('Medium'), italics: font('Italic'), bolditalics: font('MediumItalic') } });
// A report is made of what it is given: it reads its fonts, and nothing else, and never the network.
pdfmake.setUrlAccessPolicy(() => false);
pdfmake.setLocalAccessPolicy((path) => dirname(path) === fontFolder);

const colours = {
  text: '#1b2126',
  quiet: '#56616a',
  rule: '#cfd6dc',
  head: '#eef2f5',
  accent: '#0b5fa5',
  mark: '#8a6100',
  markGround: '#fff3c4',
} as const;
const pageWidth = 595.28 - 2 * 42;

/** The report as a PDF, A4, fonts embedded. `createdAtEpochMs` is the only time in it, so that the same record makes the same pages. */
export async function reportPdf(model: ReportModel, createdAtEpochMs: number): Promise<Uint8Array> {
  const buffer = await pdfmake
    .createPdf({
      info: { title: model.title, subject: model.subtitle, creator: 'Pedicle', producer: 'Pedicle', creationDate: new Date(createdAtEpochMs) },
      pageSize: 'A4',
      lang: 'en',
      pageMargins: [42, model.mark ? 72 : 52, 42, 52],
      defaultStyle: { font: 'Roboto', fontSize: 9, color: colours.text, lineHeight: 1.15 },
      header: () => ({ stack: [...(model.mark ? [banner(markSentence[model.mark])] : []), patientRow(model)] }),
      footer: (page: number, pages: number) => ({
        margin: [42, 14, 42, 0],
        fontSize: 7.5,
        color: colours.quiet,
        columns: [
          { text: model.footer, width: '*' },
          { text: `Page ${page} of ${pages}`, width: 64, alignment: 'right' },
        ],
      }),
      // A heading at the foot of a page belongs to the next one.
      pageBreakBefore: (node: { readonly headlineLevel?: number }, { getFollowingNodesOnPage }: { getFollowingNodesOnPage(): readonly unknown[] }) =>
        node.headlineLevel === 1 && getFollowingNodesOnPage().length === 0,
      content: [
        { text: model.title, fontSize: 18, bold: true },
        { text: model.subtitle, color: colours.quiet, margin: [0, 2, 0, 6] },
        ...model.sections.flatMap(({ title, blocks }): readonly Content[] => {
          const [first, ...rest] = blocks.flatMap(blockContent);
          const heading = { text: title, fontSize: 12.5, bold: true, color: colours.accent, headlineLevel: 1, margin: [0, 12, 0, 4] };
          if (first === undefined) return [heading];
          // What is signed stands on one page with the place to sign.
          if (blocks.some(({ kind }) => kind === 'lines')) return [{ stack: [heading, first, ...rest], unbreakable: true }];
          return [{ stack: [heading, first], unbreakable: isShort(blocks[0]) }, ...rest];
        }),
      ],
    })
    .getBuffer();
  return new Uint8Array(buffer);
}

/** A heading stays with what fits on a page with it: of pictures, the first two. */
const isShort = (block: Block | undefined): boolean => block !== undefined && (!('table' in block) || block.table.rows.length <= 25);

/** Pages get apart: each says whom it is of. */
const patientRow = ({ patient, subtitle, mark }: ReportModel): Content => ({
  margin: [42, mark ? 5 : 20, 42, 0],
  fontSize: 8.5,
  columns: [
    { text: printable(patient), bold: true, width: '*' },
    { text: subtitle, color: colours.quiet, width: 'auto', alignment: 'right' },
  ],
});

const banner = (text: string): Content => ({
  margin: [42, 18, 42, 0],
  table: {
    widths: ['*'],
    body: [[{ text, bold: true, color: colours.mark, fillColor: colours.markGround, alignment: 'center', margin: [0, 3, 0, 3] }]],
  },
  layout: { hLineColor: () => colours.mark, vLineColor: () => colours.mark, hLineWidth: () => 1, vLineWidth: () => 1 },
});

function blockContent(block: Block): readonly Content[] {
  switch (block.kind) {
    case 'table':
      return [tableContent(block.table)];
    case 'pairs':
      return [pairsContent(block.table)];
    case 'text':
      return [{ text: block.text, margin: [0, 2, 0, 6] }];
    case 'plot':
      return [
        {
          stack: [
            { svg: block.svg, width: pageWidth },
            { text: block.description, color: colours.quiet, fontSize: 8 },
          ],
          unbreakable: true,
          margin: [0, 2, 0, 8],
        },
      ];
    case 'pictures':
      return pictureRows(block.pictures);
    case 'lines':
      return block.labels.map((label) => ({
        stack: [
          { canvas: [{ type: 'line', x1: 0, y1: 26, x2: 330, y2: 26, lineWidth: 0.7, lineColor: colours.text }] },
          { text: label, fontSize: 8, color: colours.quiet },
        ],
        unbreakable: true,
        margin: [0, 4, 0, 0],
      }));
  }
}

const layout = {
  hLineWidth: (line: number, node: { readonly table: { readonly body: readonly unknown[] } }) => (line === 0 || line === node.table.body.length ? 0 : 0.5),
  vLineWidth: () => 0,
  hLineColor: () => colours.rule,
  paddingLeft: () => 4,
  paddingRight: () => 4,
  paddingTop: () => 2.5,
  paddingBottom: () => 1.5,
} as const;

/** A table of so few rows stays in one piece, its title with it; a longer one goes over pages, with its head on each. */
const mostRowsTogether = 12;

function tableContent(table: ReportTable): Content {
  const title = { text: table.title, bold: true, margin: [0, 4, 0, 2] };
  if (table.rows.length === 0) return { stack: [title, { text: table.empty, color: colours.quiet }], unbreakable: true, margin: [0, 0, 0, 4] };
  const head = table.columns.map(({ label }) => ({ text: label, bold: true, fillColor: colours.head }));
  const body = table.rows.map((row) => table.columns.map((column, i) => ({ text: printable(shown(column, row[i] ?? null)) })));
  // The title is the first row of the head: it stays with the rows, and stands on every page that the table goes on to.
  const titleRow = [{ ...title, colSpan: head.length, margin: [-4, 1, 0, 0] }, ...head.slice(1).map(() => ({}))];
  return {
    table: {
      headerRows: 2,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths: table.columns.map(({ wide }) => (wide ? '*' : 'auto')),
      body: [titleRow, head, ...body],
    },
    layout,
    unbreakable: table.rows.length <= mostRowsTogether,
    margin: [0, 0, 0, 6],
  };
}

const pairsContent = (table: ReportTable): Content => ({
  table: {
    widths: [130, '*'],
    dontBreakRows: true,
    body: table.rows.map(([item, value]) => [
      { text: String(item ?? ''), color: colours.quiet },
      { text: printable(value === null || value === undefined ? '–' : String(value)) },
    ]),
  },
  layout,
});

/** Two beside each other. */
function pictureRows(pictures: readonly ReportPicture[]): readonly Content[] {
  const width = (pageWidth - 12) / 2;
  const rows: Content[] = [];
  for (let i = 0; i < pictures.length; i += 2) {
    const columns = pictures.slice(i, i + 2).map(({ jpeg, caption }) => ({
      width,
      stack: [
        { image: `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`, width },
        { text: printable(caption), fontSize: 8, color: colours.quiet, margin: [0, 2, 0, 0] },
      ],
    }));
    rows.push({ columns, columnGap: 12, unbreakable: true, margin: [0, 2, 0, 8] });
  }
  return rows;
}

/** The embedded fonts have Latin, Greek and Cyrillic letters; others would be empty boxes, so they are named by their code. */
const printable = (text: string): string =>
  text.replace(
    /[^\u0020-\u024f\u0370-\u052f\u1e00-\u1fff\u2010-\u2044\u20ac\u2122\u2190-\u2193\u2212\u2260-\u2265\n]/gu,
    (letter) => `[U+${letter.codePointAt(0)?.toString(16).toUpperCase() ?? ''}]`,
  );
