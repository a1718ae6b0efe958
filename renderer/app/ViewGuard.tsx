import { Component, type ReactNode } from 'react';
import { text } from '../text.ts';

interface Props {
  readonly children: ReactNode;
  readonly onLeave: () => void;
}

/** When drawing a view fails, says so in its place: the header with recording, alarms and the way to the other views stays. */
export class ViewGuard extends Component<Props, { readonly failure: string | null }> {
  override state: { readonly failure: string | null } = { failure: null };

  static getDerivedStateFromError(error: unknown): { readonly failure: string } {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <main className="desk" role="alert">
        <h1>{text.viewFailed.title}</h1>
        <p>{text.viewFailed.advice}</p>
        <p className="quiet">{failure}</p>
        <div className="desk-row">
          <button type="button" className="action action-primary" onClick={() => location.reload()}>
            {text.viewFailed.reload}
          </button>
          <button type="button" className="action" onClick={this.props.onLeave}>
            {text.viewFailed.leave}
          </button>
        </div>
      </main>
    );
  }
}
