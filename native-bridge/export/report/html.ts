import { markSentence } from '../dataMark.ts';
import type { Block, ReportModel, ReportTable } from './model.ts';
import { shown } from './model.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `
:root { color-scheme: light; font-family: system-ui, sans-serif; color: #1b2126; line-height: 1.45; }
body { max-width: 62rem; margin: 0 auto; padding: 1.5rem; background: #fff; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 2px solid #0b5fa5; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid #cfd6dc; }
thead th { background: #eef2f5; } tbody th { font-weight: 600; width: 16rem; }
.mark { background: #fff3c4; border: 2px solid #8a6100; padding: .5rem .8rem; font-weight: 700; margin: 1rem 0; position: sticky; top: 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(18rem, 1fr)); gap: 1rem; } figure { margin: 0 0 1rem; }
img, svg { max-width: 100%; height: auto; } figcaption { font-size: .9rem; } .line { border-bottom: 1px solid #1b2126; margin: 2.5rem 0 .2rem; max-width: 34rem; }
.patient { font-weight: 600; font-size: 1.1rem; margin: .25rem 0; } footer { margin-top: 2rem; color: #4a545c; font-size: .85rem; overflow-wrap: anywhere; } a:focus-visible { outline: 2px solid #0b5fa5; }
@media print { .mark { position: static; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } nav { display: none; } }`;

/** The report as one page that needs nothing else: headings, captions, headers of rows and columns, texts in place of pictures. */
export function reportHtml(model: ReportModel): string {
  const banner = model.mark ? `<aside class="mark" aria-label="What these data are">${escaped(markSentence[model.mark])}</aside>` : '';
  const contents = model.sections.map(({ id, title }) => `<li><a href="#${id}">${escaped(title)}</a></li>`).join('');
  const sections = model.sections.map(
    ({ id, title, blocks }) =>
      `<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${escaped(title)}</h2>${blocks.map(blockHtml).join('')}</section>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(model.title)}</title><style>${style}</style></head>
<body>${banner}<header><h1>${escaped(model.title)}</h1><p class="patient">${escaped(model.patient)}</p><p>${escaped(model.subtitle)}</p></header>
<nav aria-label="Contents"><ul>${contents}</ul></nav><main>${sections.join('\n')}</main>
<footer><p>${escaped(model.footer)}</p></footer></body></html>
`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'table':
      return tableHtml(block.table);
    case 'pairs':
      return pairsHtml(block.table);
    case 'text':
      return `<p>${escaped(block.text)}</p>`;
    case 'plot':
      return `<figure>${namedSvg(block.svg, block.id, block.title, block.description)}<figcaption>${escaped(block.description)}</figcaption></figure>`;
    case 'pictures':
      return `<div class="pictures">${block.pictures
        .map(
          ({ caption, alternative, jpeg }) =>
            `<figure><img alt="${escaped(alternative)}" src="data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}"><figcaption>${escaped(caption)}</figcaption></figure>`,
        )
        .join('')}</div>`;
    case 'lines':
      return block.labels.map((label) => `<p class="line"></p><p>${escaped(label)}</p>`).join('');
  }
}

const namedSvg = (svg: string, id: string, title: string, description: string): string =>
  svg
    .replace('<svg ', `<svg role="img" aria-labelledby="${id}-t ${id}-d" `)
    .replace('>', `><title id="${id}-t">${escaped(title)}</title><desc id="${id}-d">${escaped(description)}</desc>`);

function tableHtml(table: ReportTable): string {
  if (table.rows.length === 0) return `<h3>${escaped(table.title)}</h3><p>${escaped(table.empty)}</p>`;
  const head = table.columns.map(({ label }) => `<th scope="col">${escaped(label)}</th>`).join('');
  const rows = table.rows.map((row) => `<tr>${table.columns.map((column, i) => `<td>${escaped(shown(column, row[i] ?? null))}</td>`).join('')}</tr>`);
  return `<div class="scroll" role="region" aria-label="${escaped(table.title)}" tabindex="0"><table><caption>${escaped(table.title)}</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function pairsHtml({ title, rows }: ReportTable): string {
  const cells = rows.map(
    ([item, value]) =>
      `<tr><th scope="row">${escaped(String(item ?? ''))}</th><td>${escaped(value === null || value === undefined ? '–' : String(value))}</td></tr>`,
  );
  return `<table aria-label="${escaped(title)}"><tbody>${cells.join('')}</tbody></table>`;
}
