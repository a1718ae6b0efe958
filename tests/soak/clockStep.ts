// Loaded before the console of a soak: some time after the start, the wall clock of every thread is stepped as NTP steps it, and later
// back. `PEDICLE_SOAK_CLOCK`: [{ "atEpochMs": n, "byMs": n }], by the machine's own clock.
interface ClockStep {
  readonly atEpochMs: number;
  readonly byMs: number;
}

const steps = JSON.parse(process.env.PEDICLE_SOAK_CLOCK ?? '[]') as readonly ClockStep[];
const trueNow = Date.now;
const steppedNow = (): number => {
  const now = trueNow();
  return steps.reduce((stepped, { atEpochMs, byMs }) => (now >= atEpochMs ? stepped + byMs : stepped), now);
};

globalThis.Date = new Proxy(Date, {
  construct: (date, args: readonly unknown[]) => (args.length === 0 ? new date(steppedNow()) : Reflect.construct(date, args)),
  get: (date, key) => (key === 'now' ? steppedNow : Reflect.get(date, key)),
});
