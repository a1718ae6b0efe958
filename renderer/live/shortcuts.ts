import { useDesk } from '../store/deskStore.ts';
import { type Action, actions } from './actions.ts';

/** An action with the key that it has on this site: as on the keyboard event, and as on the button. */
export interface BoundAction extends Action {
  readonly key: string;
  readonly keyLabel: string;
}

const own: Readonly<Record<string, string>> = { Space: ' ' };
const shown: Readonly<Record<string, string>> = { ' ': 'Space', Enter: '↵' };

/** The actions with the site's keys in place of their own; a key named in the configuration goes to the first action that names it. */
export function boundActions(shortcuts: Readonly<Record<string, string>> | undefined): readonly BoundAction[] {
  const taken = new Set<string>();
  return actions.map((action) => {
    const wanted = shortcuts?.[action.id];
    if (wanted === undefined) return action;
    const key = own[wanted] ?? wanted;
    if (taken.has(key)) return action;
    taken.add(key);
    return { ...action, key, keyLabel: shown[key] ?? (key.length === 1 ? key.toUpperCase() : key) };
  });
}

/** The action that the site gave this key to: before every key that the console has of its own. */
export const siteActionOf = (bound: readonly BoundAction[], key: string): BoundAction | undefined =>
  bound.find((action) => action.key === key && !actions.includes(action));

/** Which action a key means: one that the site gave the key to comes before one that has it by itself. */
export const actionOf = (bound: readonly BoundAction[], key: string): BoundAction | undefined =>
  siteActionOf(bound, key) ?? bound.find((action) => action.key === key);

export const useBoundActions = (): readonly BoundAction[] => boundActions(useDesk((state) => state.site?.site.shortcuts));
