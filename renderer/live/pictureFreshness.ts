import { planeIds } from '../../src/sample/index.ts';
import { ageText } from '../app/format.ts';
import { consoleStore } from '../store/consoleStore.ts';
import { type NumberFreshness, staleAfterMs } from '../store/stale.ts';
import { text } from '../text.ts';
import { pictureAgeMs } from '../viewport/pictureInfo.ts';

/** May numbers that come from the pictures be trusted, and if not, why. By the older of the planes. */
export function pictureFreshness(mode: 'live' | 'review'): { readonly freshness: NumberFreshness; readonly why: string | null } {
  if (mode === 'review') return { freshness: 'fresh', why: null };
  const { linkUp, held } = consoleStore.getState();
  const now = performance.now();
  const ages = planeIds.map((plane) => pictureAgeMs(`live/${plane}`, now, held)).filter((age) => age !== null);
  if (ages.length === 0) return { freshness: 'none', why: null };
  const ageMs = Math.max(...ages);
  if (!linkUp || ageMs > staleAfterMs) return { freshness: 'stale', why: text.picture.lastFrame(ageText(ageMs)) };
  return held ? { freshness: 'stale', why: text.numbers.held } : { freshness: 'fresh', why: null };
}
