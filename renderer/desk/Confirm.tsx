import { Dialog } from './Dialog.tsx';

interface Props {
  readonly opened: boolean;
  readonly title: string;
  readonly question: string;
  readonly yes: string;
  readonly no: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** Asks before something that cannot be taken back; the answer that changes nothing has the focus. */
export function Confirm({ opened, title, question, yes, no, onYes, onNo }: Props) {
  return (
    <Dialog opened={opened} onClose={onNo} title={title}>
      <p>{question}</p>
      <div className="desk-row">
        <button type="button" className="action" data-autofocus onClick={onNo}>
          {no}
        </button>
        <button type="button" className="action action-primary" onClick={onYes}>
          {yes}
        </button>
      </div>
    </Dialog>
  );
}
