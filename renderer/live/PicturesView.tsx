import { useKeys } from '../app/keys.ts';
import { pictureLayoutKey } from '../app/layoutKeys.ts';
import { text } from '../text.ts';
import { Planes } from './Planes.tsx';
import { actionOf, siteActionOf, useBoundActions } from './shortcuts.ts';

/** Keys of the foot switch and of one hand: what needs no panel. */
const immediate: readonly string[] = ['mark', 'store', 'hold', 'reference', 'roadmap'];

/** The pictures alone, for a second monitor. Alarms, sound and everything that asks stay with the console. */
export function PicturesView() {
  const bound = useBoundActions();
  useKeys((key) => {
    if (!siteActionOf(bound, key) && pictureLayoutKey(key, 'live')) return true;
    const action = actionOf(bound, key);
    if (!action || !immediate.includes(action.id)) return false;
    action.run(() => {});
    return true;
  });
  return (
    <main className="pictures-alone">
      <h1 className="visually-hidden">{text.nav.pictures}</h1>
      <Planes />
    </main>
  );
}
