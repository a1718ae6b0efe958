import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import 'uplot/dist/uPlot.min.css';
import './app/tokens.css';
import './app/layout.css';
import './app/header.css';
import './viewport/pictures.css';
import './live/strip.css';
import './live/column.css';
import './alarm/alarm.css';
import './plan/plan.css';
import './review/review.css';
import './desk/desk.css';
import './setup/setup.css';
import './help/help.css';
import './reference/reference.css';
import './tour/tour.css';
import './app/targets.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { pictureLayoutSchema } from '../src/procedure/displaySite.ts';
import { openAskedRecords } from './access/askedRecord.ts';
import { startAlarmSound } from './alarm/sound.ts';
import { App } from './app/App.tsx';
import { watchFocus } from './app/keys.ts';
import { theme } from './app/theme.ts';
import { PicturesView } from './live/PicturesView.tsx';
import { startConsole } from './store/consoleStore.ts';
import { preparePictures } from './viewport/loadPicture.ts';

const root = document.getElementById('root');
if (!root) throw new Error('the page has no #root');
/** `?view=pictures`: the pictures alone, for a second monitor; `&layout=` begins with that layout. */
const asked = new URLSearchParams(location.search);
const picturesAlone = asked.get('view') === 'pictures';
startConsole(picturesAlone ? 'pictures' : 'console', pictureLayoutSchema.safeParse(asked.get('layout')).data ?? null);
openAskedRecords();
watchFocus();
// A second window on the same computer must not double the sound.
if (!picturesAlone) startAlarmSound();
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} forceColorScheme="dark">
      {picturesAlone ? <PicturesView /> : <App />}
    </MantineProvider>
  </StrictMode>,
);
void preparePictures();
