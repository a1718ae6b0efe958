import { CaseView } from '../case/CaseView.tsx';
import { LiveView } from '../live/LiveView.tsx';
import { ReviewView } from '../review/ReviewView.tsx';
import { SetupView } from '../setup/SetupView.tsx';
import { useConsole, type View } from '../store/consoleStore.ts';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';

function Shown({ view }: { readonly view: View }) {
  switch (view) {
    case 'live':
      return <LiveView />;
    case 'case':
      return <CaseView />;
    case 'setup':
      return <SetupView />;
    default:
      return <ReviewView />;
  }
}

export function App() {
  const view = useConsole((state) => state.view);
  return (
    <div className="console">
      <Header />
      <Shown view={view} />
      <Notices />
    </div>
  );
}
