import type { AlarmPriority } from '../../../src/alarm/alarm.ts';
import type { CementObservation, NeedleObservation, VertebraObservation } from '../../../src/guidance/observation.ts';
import type { Inflation } from '../../../src/injector/balloon.ts';
import type { LeakSite, OperatorEvent, Side, Stage } from '../../../src/procedure/operatorEvent.ts';
import type { Patient } from '../../../src/procedure/patient.ts';
import type { Plan } from '../../../src/procedure/plan.ts';
import type { PlaneId } from '../../../src/sample/sample.ts';
import type { RecordHeader } from '../../record/record.ts';
import type { Correction } from '../corrections.ts';

/** One stage as it was gone through; a stage may come back at the next level, or on the other side. */
export interface StageSpan {
  readonly stage: Stage;
  readonly level: string | null;
  readonly side: Side | null;
  readonly fromMs: number;
  readonly toMs: number;
}

/** From which sides a vertebra was gone into, as far as plan and stages said so. */
export interface ApproachFact {
  readonly level: string | null;
  readonly sides: readonly ('left' | 'right')[];
}

/** Who was said to be on the table, and since when; the last one counts. */
export interface IdentityFact {
  readonly tMs: number;
  readonly patient: Patient;
}

/** An item of a checklist that stayed ticked, and when it was. */
export interface CheckFact {
  readonly tMs: number;
  readonly stage: Stage;
  readonly item: string;
}

/** One inflation of one balloon, of one injector. */
export interface InflationFact {
  readonly device: string;
  readonly level: string | null;
  readonly inflation: Inflation;
}

/** Cement through one injector between two zeros: one needle's share. */
export interface CementShare {
  readonly device: string;
  readonly level: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly volumeMl: number;
}

export interface AlarmFact {
  readonly id: string;
  /** The gravest that it had, and what it said then. */
  readonly priority: AlarmPriority;
  readonly message: string;
  readonly raisedMs: number;
  readonly acknowledgedMs: number | null;
  /** `null`: it was there to the end. */
  readonly endedMs: number | null;
  /** The value that raised it, and its limit. */
  readonly value: number | null;
  readonly limit: number | null;
}

export interface LeakFact {
  readonly tMs: number;
  readonly site: LeakSite;
  /** A person said so, or guidance saw it in a plane's picture. */
  readonly by: 'operator' | PlaneId;
  /** Ingest sequence of what a person said. */
  readonly seq?: number;
}

export interface StoredFrame {
  readonly tMs: number;
  readonly plane: PlaneId;
  /** The frame that was on show: the last of its plane before the event. */
  readonly frameSeq: number;
  readonly frameTMs: number;
  readonly plan: Plan | null;
  /** A person stored it; otherwise why it is worth looking at. */
  readonly why: string | null;
}

export interface PlaneFact {
  readonly plane: PlaneId;
  readonly frames: number;
  readonly rows: number;
  readonly columns: number;
  readonly bitsStored: number;
  readonly missing: number;
  readonly skipped: number;
  /** Time with pictures that followed each other within a second. */
  readonly pictureMs: number;
  /** Sum over the runs that said so; null when no frame did. */
  readonly doseAreaProductGyCm2: number | null;
  readonly tubeVoltageKv: { readonly least: number; readonly most: number } | null;
  /** Who says how large a pixel is: the frames, or an operator who calibrated it by hand; null where nobody does, and nothing is in millimetres. */
  readonly scaleFrom: NeedleObservation['scaleFrom'];
  /** Deviation of the needle when access was last seen to end, or at the last frame that had one. */
  readonly needle: { readonly tMs: number; readonly angleDeg: number; readonly tipToTargetMm: number | null; readonly tipToTargetPx: number } | null;
  /** Heights of the treated body, last measured in each phase; empty where nobody placed its endplates. */
  readonly vertebra: VertebraObservation['phases'];
  /** What guidance last saw of cement. */
  readonly cement: {
    readonly areaPx: number;
    readonly areaMm2: number | null;
    readonly volumeMl: number | null;
    readonly volumeFrom: CementObservation['volumeFrom'];
    readonly zone: string;
  } | null;
}

/** One bin of a curve: the extremes of its readings, so that a peak is never thinned away. */
export interface CurveBin {
  readonly tMs: number;
  pressureLeastKpa: number | null;
  pressureMostKpa: number | null;
  volumeMl: number | null;
  mode: 'idle' | 'balloon' | 'cement' | null;
}

export interface DeviceCurve {
  readonly device: string;
  readonly bins: readonly CurveBin[];
}

type Said<K extends OperatorEvent['kind']> = Extract<OperatorEvent, { kind: K }> & { readonly tMs: number; readonly seq: number };

/** What a record says, sorted by what a report asks. Times are ms since session start. */
export interface ReportFacts {
  readonly header: RecordHeader;
  readonly durationMs: number;
  /** The record was closed and read to its end. */
  readonly complete: boolean;
  readonly patient: Patient | null;
  readonly plan: Plan | null;
  readonly levels: readonly string[];
  readonly identities: readonly IdentityFact[];
  readonly approaches: readonly ApproachFact[];
  readonly checks: readonly CheckFact[];
  readonly stages: readonly StageSpan[];
  readonly devicesUsed: readonly Said<'device-used'>[];
  readonly mixes: readonly Said<'cement-mixed'>[];
  readonly notes: readonly (Said<'note'> | Said<'mark'>)[];
  readonly corrections: readonly Correction[];
  readonly signOffs: readonly Said<'sign-off'>[];
  readonly performed: Said<'performed'> | null;
  readonly inflations: readonly InflationFact[];
  readonly shares: readonly CementShare[];
  readonly leaks: readonly LeakFact[];
  readonly alarms: readonly AlarmFact[];
  readonly deviceLosses: readonly { readonly tMs: number; readonly device: string; readonly message: string }[];
  readonly keyFrames: readonly StoredFrame[];
  readonly planes: readonly PlaneFact[];
  readonly curves: readonly DeviceCurve[];
}
