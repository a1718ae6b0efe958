/** What an injector said at one moment; null where the device does not say. */
export interface InjectorReading {
  readonly device: string;
  readonly pressureKpa: number | null;
  /** Delivered since the last zero. */
  readonly volumeMl: number | null;
  readonly rateMlPerMin: number | null;
  /** What the device says it delivers into. */
  readonly mode: 'idle' | 'balloon' | 'cement' | null;
  /** The device's own clock, ms since it was started. */
  readonly deviceTimeMs: number | null;
  readonly status: 'ok' | 'stopped' | 'paused' | 'alarm' | 'unknown';
  /** Of the cement or the device, as the device defines it; absent where the protocol has no such field. */
  readonly temperatureC?: number | null;
}
