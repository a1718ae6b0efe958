import { Dialog } from '../desk/Dialog.tsx';
import { ExportPanel } from '../desk/ExportPanel.tsx';
import { RunAgainPanel } from '../desk/RunAgainPanel.tsx';
import { Section } from '../desk/Section.tsx';
import { SendPanel } from '../desk/SendPanel.tsx';
import { compareWith, send } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { RecordTable } from './RecordList.tsx';

const words = text.review;

export type RecordTool = 'export' | 'compare';

interface Props {
  readonly tool: RecordTool | null;
  readonly record: string;
  readonly onClose: () => void;
}

/** What is done with an open record as a whole: exported, sent, replayed, run again and held against another one. */
export function RecordTools({ tool, record, onClose }: Props) {
  return (
    <Dialog opened={tool !== null} onClose={onClose} title={tool === 'compare' ? words.compareTitle : words.exportTitle} size="84rem">
      {tool === 'export' && (
        <div className="desk-stack">
          <ExportPanel record={record} />
          <Section title={words.verifyTitle} hint={words.verifyHint}>
            <button type="button" className="action" onClick={() => send({ kind: 'verify-replay', record })}>
              {words.verifyNow}
            </button>
          </Section>
          <RunAgainPanel record={record} onCompare={onClose} />
          <SendPanel record={record} />
        </div>
      )}
      {tool === 'compare' && (
        <div className="records-modal">
          <RecordTable
            verb={words.compare}
            except={record}
            onChoose={(other) => {
              compareWith(other);
              onClose();
            }}
          />
        </div>
      )}
      <div className="desk-row desk-actions">
        <button type="button" className="action" onClick={onClose}>
          {words.closeTools}
        </button>
      </div>
    </Dialog>
  );
}
