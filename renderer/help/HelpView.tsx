import { SegmentedControl } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import qa from '../../docs/manual/qa.md?raw';
import radiologist from '../../docs/manual/radiologist.md?raw';
import technologist from '../../docs/manual/technologist.md?raw';
import { text } from '../text.ts';

const words = text.help;
const pages = { radiologist, technologist, qa };
type PageName = keyof typeof pages;
const pageNames = Object.keys(pages) as PageName[];

/** The pictures that the tests take, by their file name; bundled with the console. */
const pictures: Readonly<Record<string, string>> = import.meta.glob('../../docs/images/*.png', { eager: true, query: '?url', import: 'default' });
const pictureUrl = (path: string): string => pictures[`../../docs/images/${path.split('/').at(-1)}`] ?? '';

/** The manual, one short page for each person; the same files as in the repository. */
export function HelpView() {
  const [page, setPage] = useState<PageName>('technologist');
  const top = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page begins at its top
  useEffect(() => {
    if (top.current) top.current.scrollTop = 0;
  }, [page]);
  return (
    <main className="desk help" ref={top} data-testid="help">
      <SegmentedControl
        aria-label={words.title}
        transitionDuration={0}
        data={pageNames.map((value) => ({ value, label: words.pages[value] }))}
        value={page}
        onChange={(next) => setPage(next as PageName)}
      />
      <article>
        <Markdown remarkPlugins={[remarkGfm]} urlTransform={pictureUrl}>
          {pages[page]}
        </Markdown>
      </article>
    </main>
  );
}
