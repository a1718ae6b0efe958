import { useState } from 'react';
import { pictureLayoutSchema } from '../../src/procedure/displaySite.ts';
import { openPictures, shellDisplays } from '../app/secondWindow.ts';
import { Section } from '../desk/Section.tsx';
import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup.displays;

/** What Live needs to be whole. */
const leastPx = { width: 1366, height: 768 };

interface Tried {
  /** The second window is open. */
  readonly isOpen: boolean;
  /** One sentence a display. */
  readonly displays: readonly string[];
  readonly tooSmall: boolean;
}

/** Opens the second window as the form has it, and tells what displays there are. */
async function tryDisplays(layout: unknown): Promise<Tried> {
  const parsed = pictureLayoutSchema.safeParse(layout);
  const isOpen = await openPictures(parsed.success ? parsed.data : null);
  const tooSmall = window.innerWidth < leastPx.width || window.innerHeight < leastPx.height;
  const displays = await shellDisplays();
  if (displays === null) return { isOpen, tooSmall, displays: [words.browserDisplay(screen.width, screen.height)] };
  return {
    isOpen,
    tooSmall,
    displays: displays.map(({ width, height, isPrimary, shows }, index) => words.display(index + 1, width, height, isPrimary, shows)),
  };
}

/** The second window with the layout of the form, saved or not. */
export function DisplaysTest() {
  const { draft } = useSiteForm();
  const [tried, setTried] = useState<Tried | null>(null);
  const test = () => void tryDisplays(fieldOf(draft, ['display', 'picturesLayout'])).then(setTried);
  return (
    <Section title={words.test} hint={words.testHint}>
      <div className="desk-row">
        <button type="button" className="action" onClick={test}>
          {text.setup.test}
        </button>
      </div>
      <div role="status" data-testid="test-displays">
        {tried && (
          <>
            <p>
              <strong className={tried.isOpen ? 'good' : 'bad'}>{tried.isOpen ? text.setup.works : text.setup.fails}</strong>{' '}
              {tried.isOpen ? words.opened : words.notOpened}
            </p>
            {tried.displays.map((sentence) => (
              <p key={sentence}>{sentence}</p>
            ))}
            {tried.tooSmall && <p className="bad">{words.tooSmall(leastPx.width, leastPx.height)}</p>}
          </>
        )}
      </div>
    </Section>
  );
}
