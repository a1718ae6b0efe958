import { randomUUID } from 'node:crypto';
import type { HospitalSite } from '../../src/procedure/hospitalSite.ts';
import { patientOf } from '../../src/procedure/operatorEvent.ts';
import type { Patient } from '../../src/procedure/patient.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { isAlive } from '../isAlive.ts';
import type { PerformedStep } from './job.ts';
import type { Outbox } from './outbox.ts';
import { stationOf } from './station.ts';

/** Tells whoever ordered a procedure that it has begun and how it ended, over the outbox. One for each session. */
export interface StepTeller {
  /** What the session recorded, in order. */
  see(samples: readonly Sample[]): void;
  /** The session is over; its record, where there is one, is closed. Resolves when everything is on the outbox. */
  ended(record: string | null): Promise<void>;
}

interface Begun {
  readonly uid: string;
  readonly job: string;
  readonly step: PerformedStep;
}

export interface StepContext {
  readonly startedAtEpochMs: number;
  readonly subject: string;
  /** The site as it is when something is told; without a performed-step service nothing is. */
  readonly hospital: () => HospitalSite | undefined;
  readonly outbox: () => Outbox | null;
  readonly onQueued: () => void;
}

export function createStepTeller(context: StepContext): StepTeller {
  let begun: Begun | null = null;
  let outcome: 'completed' | 'discontinued' = 'completed';
  let count = 0;
  let lastMs = 0;
  // What is told is told in order.
  let queue: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => {
    queue = queue.then(work).catch((error: unknown) => {
      process.stderr.write(`pedicle: a performed step could not be put on the outbox: ${error instanceof Error ? error.message : String(error)}\n`);
    });
  };

  const end = async (step: PerformedStep, told: Begun, outbox: Outbox) => {
    await outbox.add(context.subject, 'mpps', { kind: 'performed-step', action: 'set', uid: told.uid, step, after: told.job, pid: process.pid });
    context.onQueued();
  };
  const begin = async (patient: Patient, tMs: number) => {
    const hospital = context.hospital();
    const outbox = context.outbox();
    const { order } = patient;
    if (!hospital?.mpps || !outbox) return;
    if (begun && order?.studyInstanceUid === begun.step.patient.order.studyInstanceUid && order.scheduledStepId === begun.step.patient.order.scheduledStepId)
      return;
    if (begun) {
      const wrong = { ...begun.step, endedAtEpochMs: context.startedAtEpochMs + tMs, outcome: 'discontinued', discontinued: 'wrong-entry' } as const;
      await end(wrong, begun, outbox);
      begun = null;
    }
    if (!order) return;
    const { ae, name } = stationOf(hospital);
    count++;
    const step: PerformedStep = {
      patient: { ...patient, order },
      stepId: `P${Math.round(context.startedAtEpochMs / 1000)
        .toString(36)
        .toUpperCase()}-${count}`,
      // A procedure begun in an emergency began before its order was known.
      startedAtEpochMs: context.startedAtEpochMs,
      endedAtEpochMs: null,
      outcome: 'in-progress',
      discontinued: null,
      description: (order.requestedProcedureDescription || order.scheduledStepDescription || 'Vertebral augmentation').slice(0, 64),
      station: { ae, name },
      series: [],
    };
    const uid = `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
    const job = await outbox.add(context.subject, 'mpps', { kind: 'performed-step', action: 'create', uid, step, after: null, pid: process.pid });
    begun = { uid, job, step };
    context.onQueued();
  };

  return {
    see(samples) {
      for (const sample of samples) {
        lastMs = Math.max(lastMs, sample.tMs);
        if (sample.topic !== '/operator') continue;
        const { data, tMs } = sample;
        if (data.kind === 'patient') inTurn(() => begin(patientOf(data), tMs));
        if (data.kind === 'performed') outcome = data.outcome;
      }
    },
    async ended(record) {
      inTurn(async () => {
        const outbox = context.outbox();
        if (!begun || !outbox) return;
        const step: PerformedStep = {
          ...begun.step,
          endedAtEpochMs: context.startedAtEpochMs + lastMs,
          outcome,
          discontinued: outcome === 'discontinued' ? 'other' : null,
          series: record === null ? [] : await seriesOf(record),
        };
        await end(step, begun, outbox);
        begun = null;
      });
      await queue;
    },
  };
}

/**
 * Steps that were begun by a process which is gone and never told their end: whoever ordered them would wait for ever. They are
 * discontinued, for failure of the equipment; the procedure goes on as another step. For the start of a desk.
 */
export async function discontinueOrphans(outbox: Outbox, now: number): Promise<void> {
  const told = (await outbox.list()).flatMap((job) => (job.request.kind === 'performed-step' ? [{ ...job, request: job.request }] : []));
  const ended = new Set(told.filter(({ request }) => request.action === 'set').map(({ request }) => request.uid));
  for (const { id, subject, request } of told) {
    if (request.action !== 'create' || ended.has(request.uid) || (request.pid !== process.pid && isAlive(request.pid))) continue;
    const step = { ...request.step, endedAtEpochMs: now, outcome: 'discontinued', discontinued: 'equipment-failure' } as const;
    await outbox.add(subject, 'mpps', { kind: 'performed-step', action: 'set', uid: request.uid, step, after: id, pid: process.pid });
  }
}

/** The series that exports of a record put its frames in; none when it cannot be read. */
async function seriesOf(record: string): Promise<PerformedStep['series']> {
  const { openRecordReader } = await import('../record/reader.ts');
  const { seriesUidOf } = await import('../export/dicom/frames.ts');
  const { studyOf } = await import('../export/dicom/study.ts');
  const { originOf } = await import('../export/origin.ts');
  const opened = await openRecordReader(record);
  if (!opened.ok) return [];
  try {
    const study = await studyOf({ reader: opened.value, origin: await originOf(record) });
    return opened.value.planes.map((plane) => ({ uid: seriesUidOf(study, plane), description: `Fluoroscopy, plane ${plane.toUpperCase()}`, instances: [] }));
  } finally {
    await opened.value.close();
  }
}
