import type { OperatorEvent } from '../../../src/procedure/operatorEvent.ts';
import type { PlaneId, Sample } from '../../../src/sample/sample.ts';
import type { RecordReader } from '../../record/record.ts';
import { type Mask, masked } from './masks.ts';
import type { Pseudonym } from './pseudonyms.ts';

/** In place of what somebody typed. */
const removedText = 'removed';

/**
 * The record as if it had been made of somebody without a name: everything that exports read comes through here, so that they
 * cannot tell what they are not told. Patient, order, names, typed texts, lots and serial numbers, words of devices, addresses of
 * sources and absolute times are gone or replaced; masked parts of pictures are black; `scrub` goes over every text that is left.
 */
export function deidentifiedReader(reader: RecordReader, pseudonym: Pseudonym, masks: readonly Mask[], scrub: <T>(data: T) => T): RecordReader {
  const masksOf = (plane: PlaneId) => masks.filter((mask) => mask.plane === plane);
  const clean = (sample: Sample): Sample => scrubbed(cleanSample(sample, pseudonym), masksOf, scrub);
  return {
    ...reader,
    header: {
      ...reader.header,
      startedAtEpochMs: reader.header.startedAtEpochMs + pseudonym.shiftMs,
      sources: {
        framesA: kindOfSource(reader.header.sources.framesA),
        framesB: kindOfSource(reader.header.sources.framesB),
        injector: kindOfSource(reader.header.sources.injector),
      },
    },
    async *samples(options) {
      for await (const sample of reader.samples(options)) yield clean(sample);
    },
    async frame(plane, seq) {
      const read = await reader.frame(plane, seq);
      if (!read.ok) return { ok: false, fault: { ...read.fault, message: `Frame ${seq} of plane ${plane.toUpperCase()} cannot be read` } };
      return { ok: true, value: clean(read.value) as typeof read.value };
    },
  };
}

/** `dicom:/data/…` → `dicom:`. */
const kindOfSource = (uri: string | null): string | null => (uri === null ? null : (/^[a-z-]+:/.exec(uri)?.[0] ?? ''));

function scrubbed(sample: Sample, masksOf: (plane: PlaneId) => readonly Mask[], scrub: <T>(data: T) => T): Sample {
  if (sample.topic === '/plane/a/frame' || sample.topic === '/plane/b/frame') {
    const masks = masksOf(sample.topic === '/plane/a/frame' ? 'a' : 'b');
    const frame = masked(sample.data, masks);
    // The source's own clock may be the time of day.
    const attributes = { ...frame.attributes, deviceTimeMs: null, ...(masks.length > 0 && { burnedInAnnotation: false }) };
    return { ...sample, data: { ...frame, attributes } };
  }
  return { ...sample, data: scrub(sample.data) } as Sample;
}

function cleanSample(sample: Sample, pseudonym: Pseudonym): Sample {
  switch (sample.topic) {
    case '/operator':
      return { ...sample, data: cleanEvent(sample.data, pseudonym) };
    case '/device':
      return { ...sample, data: { ...sample.data, message: removedText } };
    case '/gap':
      return sample.data.kind === 'frames-not-recorded' ? { ...sample, data: { ...sample.data, why: removedText } } : sample;
    case '/injector/bytes':
      return { ...sample, data: { ...sample.data, data: '' } };
    case '/injector/state':
      return { ...sample, data: { ...sample.data, message: '', identity: null, deviceAlarm: sample.data.deviceAlarm === null ? null : removedText } };
    case '/alarm':
      // The words of the device itself.
      return sample.data.condition === 'injector-alarm' ? { ...sample, data: { ...sample.data, message: 'Injector alarm', advice: removedText } } : sample;
    default:
      return sample;
  }
}

/** What is chosen from a list stays; what is typed goes, but for names of products and devices, over which the scrubber goes. */
function cleanEvent(event: OperatorEvent, { patient }: Pseudonym): OperatorEvent {
  switch (event.kind) {
    case 'patient':
      return { kind: 'patient', name: patient, id: patient };
    case 'note':
      return { kind: 'note', text: removedText };
    case 'mark':
      return { kind: 'mark' };
    case 'correction':
      return { ...event, text: removedText };
    case 'cement-mixed':
      return { kind: 'cement-mixed', ...(event.product === undefined ? {} : { product: event.product }) };
    case 'device-used':
      return { kind: 'device-used', name: event.name, deviceKind: event.deviceKind, lot: removedText };
    case 'sign-off':
      return { kind: 'sign-off', by: removedText };
    case 'performed':
      return { kind: 'performed', outcome: event.outcome };
    default:
      return event;
  }
}
