import { Menu } from '@mantine/core';
import { IconBook, IconDeviceDesktop, IconMenu2, IconPhoto, IconRoute, IconSettings } from '@tabler/icons-react';
import { showView, useConsole } from '../store/consoleStore.ts';
import { text } from '../text.ts';
import { startTour } from '../tour/tourStore.ts';
import { togglePictures } from './secondWindow.ts';

const iconSize = '1.2rem';

/** Views that are not needed while hands are busy. */
export function MoreMenu() {
  const view = useConsole((state) => state.view);
  const isHere = view === 'setup' || view === 'reference' || view === 'help';
  return (
    <Menu position="bottom-start" transitionProps={{ duration: 0 }} width={300} withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <button type="button" className="tab tab-icon" aria-label={text.menu.open} title={text.menu.open} aria-current={isHere ? 'page' : undefined}>
          <IconMenu2 size={iconSize} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown className="more-menu">
        <Menu.Item leftSection={<IconPhoto size={iconSize} aria-hidden="true" />} onClick={() => showView('reference')}>
          {text.menu.reference}
        </Menu.Item>
        <Menu.Item leftSection={<IconDeviceDesktop size={iconSize} aria-hidden="true" />} onClick={() => void togglePictures()}>
          {text.menu.pictures}
        </Menu.Item>
        <Menu.Item leftSection={<IconSettings size={iconSize} aria-hidden="true" />} onClick={() => showView('setup')}>
          {text.menu.setup}
        </Menu.Item>
        <Menu.Item leftSection={<IconBook size={iconSize} aria-hidden="true" />} onClick={() => showView('help')}>
          {text.menu.help}
        </Menu.Item>
        <Menu.Item leftSection={<IconRoute size={iconSize} aria-hidden="true" />} onClick={startTour}>
          {text.menu.tour}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
