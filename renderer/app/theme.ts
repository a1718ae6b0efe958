import { createTheme, NumberInput } from '@mantine/core';

/** The component library in the console's colours: dark only, one accent, touch-sized controls. */
export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  primaryColor: 'console',
  primaryShade: 5,
  autoContrast: true,
  defaultRadius: 'sm',
  respectReducedMotion: true,
  components: {
    // Their arrows are too small for a finger; the arrow keys do the same.
    NumberInput: NumberInput.extend({ defaultProps: { hideControls: true } }),
  },
  colors: {
    console: ['#e3f6fa', '#c4ebf3', '#a2dfeb', '#82d4e4', '#6cccdf', '#58c4dc', '#45a9bf', '#338a9d', '#236b7b', '#154e5a'],
    dark: ['#e6e9eb', '#c9ced2', '#a3abb3', '#6d767e', '#3a4147', '#24282c', '#1b1f22', '#131517', '#0b0c0d', '#060707'],
  },
});
