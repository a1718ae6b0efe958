import { type HospitalSite, hospitalSiteSchema } from '../../src/procedure/hospitalSite.ts';
import { send } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';
import { fieldOf, pruned } from './siteDraft.ts';

const words = text.setup;

interface HospitalTestProps {
  /** The system as the bridge's answer names it: `worklist`, `performed steps`, `archive NAME`. */
  readonly system: string;
  /** What is asked: this part of the form and nothing else of the hospital but who we are. */
  readonly part: { readonly [key in 'worklist' | 'mpps' | 'archives']?: unknown };
}

/** What is asked of the bridge, or null while the form does not fit. */
function askedOf(draft: unknown, part: HospitalTestProps['part']): HospitalSite | null {
  if (Object.values(pruned(part) ?? {}).length === 0) return null;
  const ours = { station: fieldOf(draft, ['hospital', 'station']), tls: fieldOf(draft, ['hospital', 'tls']) };
  const parsed = hospitalSiteSchema.safeParse(pruned({ ...ours, ...part }));
  return parsed.success ? parsed.data : null;
}

function useHospitalTest(system: string) {
  return useDesk((state) => (Object.hasOwn(state.hospitalTests, system) ? state.hospitalTests[system] : undefined));
}

/** Asks one of the hospital's systems as the form has it now, saved or not. */
export function HospitalTestButton({ system, part }: HospitalTestProps) {
  const { draft } = useSiteForm();
  const answer = useHospitalTest(system);
  const asked = askedOf(draft, part);
  const test = () => {
    if (asked === null || !send({ kind: 'test-hospital', hospital: asked })) return;
    deskStore.setState(({ hospitalTests }) => ({ hospitalTests: { ...hospitalTests, [system]: 'testing' } }));
  };
  return (
    <button type="button" className="action" disabled={asked === null || answer === 'testing'} onClick={test} aria-label={`${words.test} ${system}`}>
      {words.test}
    </button>
  );
}

/** What it answered, in one sentence. */
export function HospitalAnswer({ system }: Pick<HospitalTestProps, 'system'>) {
  const answer = useHospitalTest(system);
  return (
    <div role="status" data-testid={`test-${system}`}>
      {answer === 'testing' && <p>{words.asking}</p>}
      {answer !== undefined && answer !== 'testing' && (
        <p>
          <strong className={answer.works ? 'good' : 'bad'}>{answer.works ? words.works : words.fails}</strong> {answer.message}
        </p>
      )}
    </div>
  );
}
