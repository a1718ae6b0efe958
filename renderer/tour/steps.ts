import type { View } from '../store/consoleStore.ts';

/** One stop of the tour: a view, and the part of it that the words are about. */
export interface TourStep {
  readonly view: Exclude<View, 'review'> | 'records';
  /** A CSS selector; the first match is outlined. */
  readonly target: string;
}

/** About ten seconds each: two minutes with a look around. The words are in the catalogue, in the same order. */
export const tourSteps: readonly TourStep[] = [
  { view: 'live', target: '.plane' },
  { view: 'live', target: '[data-testid="number-volume"]' },
  { view: 'live', target: '.column > *:first-child' },
  { view: 'live', target: '.strip' },
  { view: 'live', target: '.actions' },
  { view: 'live', target: '.stages' },
  { view: 'case', target: '.desk-section' },
  { view: 'setup', target: '.setup-tabs' },
  { view: 'records', target: '.records' },
  { view: 'help', target: '.help' },
];
