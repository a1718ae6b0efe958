import { createStore, useStore } from 'zustand';
import { showLive } from '../store/consoleStore.ts';

/** Where the tour is: offered on the first start, a step, or away. */
export type TourState = { readonly at: 'away' } | { readonly at: 'offer' } | { readonly at: 'step'; readonly step: number };

const seenKey = 'pedicle.tourSeen';
const initial: TourState = localStorage.getItem(seenKey) === null ? { at: 'offer' } : { at: 'away' };

const tourStore = createStore<{ readonly tour: TourState }>(() => ({ tour: initial }));
export const useTour = (): TourState => useStore(tourStore, (state) => state.tour);

export const goToStep = (step: number): void => tourStore.setState({ tour: { at: 'step', step } });

export function startTour(): void {
  showLive();
  goToStep(0);
}

/** Away for good on this workstation; the menu brings it back. */
export function endTour(): void {
  localStorage.setItem(seenKey, 'yes');
  tourStore.setState({ tour: { at: 'away' } });
}
