import { CaseView } from '../case/CaseView.tsx';
import { HelpView } from '../help/HelpView.tsx';
import { LiveView } from '../live/LiveView.tsx';
import { ReferenceView } from '../reference/ReferenceView.tsx';
import { ReviewView } from '../review/ReviewView.tsx';
import { SetupView } from '../setup/SetupView.tsx';
import { showLive, useConsole, type View } from '../store/consoleStore.ts';
import { Tour } from '../tour/Tour.tsx';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';
import { ViewGuard } from './ViewGuard.tsx';

function Shown({ view }: { readonly view: View }) {
  switch (view) {
    case 'live':
      return <LiveView />;
    case 'case':
      return <CaseView />;
    case 'setup':
      return <SetupView />;
    case 'reference':
      return <ReferenceView />;
    case 'help':
      return <HelpView />;
    case 'review':
      return <ReviewView />;
  }
}

export function App() {
  const view = useConsole((state) => state.view);
  return (
    <div className="console">
      <Header />
      <ViewGuard key={view} onLeave={showLive}>
        <Shown view={view} />
      </ViewGuard>
      <Notices />
      <Tour />
    </div>
  );
}
