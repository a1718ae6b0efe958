import { hospitalSiteSchema } from '../../src/procedure/hospitalSite.ts';
import { Section } from '../desk/Section.tsx';
import { send } from '../store/consoleStore.ts';
import { deskStore, useDesk } from '../store/deskStore.ts';
import { text } from '../text.ts';
import { useSiteForm } from './fields.tsx';
import { fieldOf } from './siteDraft.ts';

const words = text.setup;

/** An echo to each hospital system as the form has it now, saved or not. */
export function HospitalTest() {
  const { draft } = useSiteForm();
  const answer = useDesk((state) => state.hospitalTest);
  const parsed = hospitalSiteSchema.safeParse(fieldOf(draft, ['hospital']));
  const test = () => {
    if (parsed.success && send({ kind: 'test-hospital', hospital: parsed.data })) deskStore.setState({ hospitalTest: 'testing' });
  };
  return (
    <Section title={words.hospitalTest}>
      <div className="desk-row">
        <button type="button" className="action" disabled={!parsed.success || answer === 'testing'} onClick={test}>
          {words.test}
        </button>
      </div>
      <div role="status" data-testid="test-hospital">
        {answer === 'testing' && <p>{words.hospitalTesting}</p>}
        {answer !== null &&
          answer !== 'testing' &&
          answer.map(({ name, works, message }) => (
            <p key={name}>
              <strong className={works ? 'good' : 'bad'}>{works ? words.works : words.fails}</strong> {name}. {message}
            </p>
          ))}
      </div>
    </Section>
  );
}
