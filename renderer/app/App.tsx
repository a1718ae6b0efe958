import { LiveView } from '../live/LiveView.tsx';
import { useConsole } from '../store/consoleStore.ts';
import { Header } from './Header.tsx';
import { Notices } from './Notices.tsx';

export function App() {
  const view = useConsole((state) => state.view);
  return (
    <div className="console">
      <Header />
      {view === 'live' ? <LiveView /> : null}
      <Notices />
    </div>
  );
}
