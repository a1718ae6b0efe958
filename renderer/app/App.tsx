import { LiveView } from '../live/LiveView.tsx';
import { ReviewView } from '../review/ReviewView.tsx';
import { useConsole } from '../store/consoleStore.ts';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';

export function App() {
  const view = useConsole((state) => state.view);
  return (
    <div className="console">
      <Header />
      {view === 'live' ? <LiveView /> : <ReviewView />}
      <Notices />
    </div>
  );
}
