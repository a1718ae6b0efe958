import type { InjectorReading } from './reading.ts';

/** Something worth knowing about the line or the device that is not a reading. */
export interface InjectorAlert {
  readonly kind: /** Bytes that are no frame of this protocol: noise, a wrong baud rate, a failed check. `count` runs of them. */
    | 'corrupt'
    /** Frames that the device numbered and that never arrived. `count` of them. */
    | 'missing'
    /** Frames that had arrived before. Their readings were not given again. */
    | 'repeated'
    /** The device was switched off and on: its clock, its numbers and its volume begin again. */
    | 'restarted'
    /** The device itself raises an alarm, or (with `count` 0) no longer does. */
    | 'device-alarm'
    /** A whole and undamaged message that this version does not understand. */
    | 'unsupported'
    /** The device said who it is. */
    | 'identity';
  readonly count: number;
  readonly message: string;
}

export interface DriverOutput<S> {
  readonly state: S;
  readonly readings: readonly InjectorReading[];
  readonly alerts: readonly InjectorAlert[];
}

/** What a driver wants to say to the device: only ever questions. */
export interface Poll<S> {
  readonly state: S;
  readonly send: Uint8Array | null;
}

/**
 * One injector protocol as a pure state machine: bytes in, readings and alerts out. The contract of every driver:
 * - It never throws, whatever the bytes.
 * - It never gives a reading that the device did not send, as far as the protocol lets it tell.
 * - How the bytes were cut into pieces makes no difference.
 * - After any damage, the first whole frame is read.
 * - Its state is plain data of bounded size; `receive` does not change the state it was given.
 */
export interface InjectorDriver<S = unknown> {
  readonly name: string;
  /** 8 data bits, no parity, one stop bit unless the URI says otherwise. */
  readonly defaultBaud: number;
  /** How often the device should be heard at the very least, ms: silence is judged against it. */
  readonly silentAfterMs: number;
  initial(device: string): S;
  /**
   * The port was opened again: nothing of what was half received, and all that tells whether the device went on running
   * meanwhile. Drivers whose protocol cannot tell leave it out and begin anew.
   */
  reopened?(before: S): S;
  /** `tMs`: session time of arrival. */
  receive(state: S, bytes: Uint8Array, tMs: number): DriverOutput<S>;
  /** Only of devices that speak when asked. `pollEveryMs` is how often it wants to be called. */
  readonly pollEveryMs?: number;
  poll?(state: S): Poll<S>;
}
