import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsOf } from '../../native-bridge/export/dicom/frames.ts';
import { outlinesOf } from '../../native-bridge/export/dicom/outline.ts';
import { exportRecord } from '../../native-bridge/export/exportRecord.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import { encodeRunLengths } from '../../src/base/runLength.ts';
import { noGeometry, type XrayFrameAttributes } from '../../src/dicom/xrayFrame.ts';
import type { Plan } from '../../src/procedure/plan.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { writeRecord } from '../unit/recordFixture.ts';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const run = (program: string, ...args: string[]) => {
  const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
  return { output: stdout + stderr, status };
};

const rows = 40;
const columns = 52;
const studyInstanceUid = '1.2.826.0.1.3680043.8.498.4711';

/** Two planes whose sources say where they stood (plane a moves), a worklist order, a needle, cement and stored frames. */
function procedure(): Sample[] {
  const samples: Sample[] = [];
  const order = {
    studyInstanceUid,
    accessionNumber: 'A-2026-17',
    requestedProcedureId: 'RP-1',
    requestedProcedureDescription: 'Kyphoplasty L1',
    scheduledStepId: 'SPS-1',
    scheduledStepDescription: 'Kyphoplasty',
    scheduledStepCodes: [{ value: 'KYPHO', scheme: '99SITE', meaning: 'Kyphoplasty' }],
    referringPhysician: 'Roth^Anna',
  };
  const plan: Plan = {
    version: 1,
    level: 'L1',
    planes: {
      a: {
        trajectories: [{ entry: [5, 5], target: [20, 20] }],
        vertebralBody: [
          [10, 10],
          [30, 10],
          [30, 30],
        ],
      },
    },
  };
  let seq = 0;
  samples.push({
    topic: '/operator',
    tMs: 0,
    seq: seq++,
    data: { kind: 'patient', name: 'Müller^Jörg', id: '4711', birthDate: '1950-02-03', sex: 'M', order },
  });
  samples.push({ topic: '/operator', tMs: 0, seq: seq++, data: { kind: 'plan', plan } });
  samples.push({
    topic: '/operator',
    tMs: 0,
    seq: seq++,
    data: { kind: 'device-used', name: 'Balloon 15/3', deviceKind: 'balloon', lot: 'B-77', serial: 'S-9' },
  });
  for (let i = 0; i < 4; i++) {
    for (const plane of ['a', 'b'] as const) {
      const tMs = 1000 + i * 66.667;
      samples.push({ ...frame(plane, i), tMs, seq });
      const mask = new Uint8Array(rows * columns);
      mask.fill(1, 12 * columns + 10, 12 * columns + 20);
      mask.fill(1, 13 * columns + 8, 13 * columns + 17);
      const needle = { tip: [20.25, 19.5], direction: [Math.SQRT1_2, Math.SQRT1_2], confidence: 0.9, tipSigmaPx: 0.4 } as const;
      const scale = { deviation: null, mmPerPx: null, scaleFrom: null };
      samples.push({ topic: `/plane/${plane}/needle`, tMs, seq, data: { needle, needles: [needle], ...scale } });
      const cement = { areaPx: 19, areaMm2: null, volumeMl: null, volumeFrom: null, zone: 'body', leak: false, leakSite: null } as const;
      const distance = { toPosteriorWallPx: null, toPosteriorWallMm: null };
      samples.push({ topic: `/plane/${plane}/cement`, tMs, seq, data: { ...cement, ...distance, mask: encodeRunLengths(mask, rows, columns) } });
      seq++;
    }
    if (i === 1) samples.push({ topic: '/operator', tMs: 1100, seq: seq++, data: { kind: 'store-frame', plane: 'a' } });
  }
  return samples;
}

function frame(plane: 'a' | 'b', number: number) {
  const pixels = plane === 'a' ? new Uint16Array(rows * columns) : new Uint8Array(rows * columns);
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 37 + number * 11) & (plane === 'a' ? 4095 : 255);
  const geometry = {
    ...noGeometry,
    primaryAngleDeg: plane === 'a' ? 30 + number * 0.5 : 90,
    secondaryAngleDeg: -2.5,
    sidMm: 1000,
    sodMm: 765,
    imagerPixelSpacingMm: [0.308, 0.308],
    patientPosition: 'prone',
  } as const;
  const attributes = frameAttributes({
    rows,
    columns,
    bitsAllocated: plane === 'a' ? 16 : 8,
    bitsStored: plane === 'a' ? 12 : 8,
    pixelIntensityRelationship: plane === 'a' ? 'LOG' : null,
    frameNumber: number,
    geometry,
    technique: { tubeVoltageKv: 78.5, tubeCurrentMa: 40.2, exposureTimeMs: null, pulseWidthMs: 6.5, doseAreaProductGyCm2: 0.125, radiationSetting: 'GR' },
  });
  return { topic: `/plane/${plane}/frame`, data: { attributes, pixels } } as const;
}

let folder: string;
let files: string[];
const at = (name: string) => join(folder, 'plain/dicom', name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-dicom-'));
  await writeRecord(join(folder, 'record'), procedure());
  const opened = await openRecordReader(join(folder, 'record'));
  if (!opened.ok) throw new Error(opened.fault.message);
  expect(await exportRecord(opened.value, ['report', 'dicom'], join(folder, 'plain'))).toMatchObject({ ok: true });
  expect(await exportRecord(opened.value, ['dicom'], join(folder, 'coded'), { dicomSyntax: 'jpeg-ls' })).toMatchObject({ ok: true });
  await opened.value.close();
  files = (await readdir(join(folder, 'plain/dicom'))).sort();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('one study for the archive', () => {
  it('has frames, overlays and selection of marked frames, log and report', () => {
    expect(files).toEqual([
      'key-objects.dcm',
      'overlay-001.dcm',
      'overlay-002.dcm',
      'overlay-003.dcm',
      'plane-a-001.dcm',
      'plane-b-001.dcm',
      'procedure-log.dcm',
      'report.dcm',
    ]);
  });

  it.skipIf(!has('dciodvfy'))('has no error for dciodvfy in any instance, coded or not (skipped without dicom3tools)', () => {
    for (const variant of ['plain', 'coded'])
      for (const file of files) {
        const errors = run('dciodvfy', join(folder, variant, 'dicom', file)).output.split('\n');
        expect([file, ...errors.filter((line) => line.startsWith('Error'))]).toEqual([file]);
      }
  });

  it.skipIf(!has('dcmdump'))('belongs to the study, patient and order of the worklist (skipped without DCMTK)', () => {
    for (const file of files) {
      const dump = run('dcmdump', '+L', at(file)).output;
      expect(dump.match(/\(0020,000d\) UI \[([^\]]*)\]/)?.[1]).toBe(studyInstanceUid);
      expect(dump).toContain('[Müller^Jörg]');
      expect(dump).toContain('[A-2026-17]');
      if (!file.startsWith('overlay')) expect(dump).toContain('[RP-1]');
    }
  });

  it.skipIf(!has('dcmdump'))('says in XA images where tube and detector stood, and what it cost (skipped without DCMTK)', () => {
    const dump = run('dcmdump', '+L', at('plane-a-001.dcm')).output;
    expect(dump).toContain('=XRayAngiographicImageStorage');
    for (const value of ['[BIPLANE A]', '[DYNAMIC]', '[0\\0.5\\1\\1.5]', '[-2.5]', '[1000]', '[765]', '[0.308\\0.308]', '[78.5]', '[1.25]', '[HFP]', '[LOG]'])
      expect(dump.includes(value) || dump.includes(value.slice(1))).toBe(true);
    expect(run('dcmdump', at('plane-b-001.dcm')).output).toContain('[STATIC]');
  });

  it.skipIf(!has('dcmdjpls'))('codes frames as JPEG-LS without loss (skipped without DCMTK)', async () => {
    for (const plane of ['a', 'b']) {
      const name = `plane-${plane}-001.dcm`;
      const decoded = join(folder, `decoded-${plane}.dcm`);
      expect(run('dcmdjpls', join(folder, 'coded/dicom', name), decoded)).toMatchObject({ status: 0 });
      const [coded, plain] = [await readFile(decoded), await readFile(at(name))];
      const pixelBytes = 4 * rows * columns * (plane === 'a' ? 2 : 1);
      expect(coded.subarray(-pixelBytes).equals(plain.subarray(-pixelBytes))).toBe(true);
    }
  });

  it.skipIf(!has('dcmpschk'))('has presentation states that DCMTK accepts and renders (skipped without it)', () => {
    for (const file of files.filter((name) => name.startsWith('overlay'))) expect(run('dcmpschk', at(file)).output).not.toMatch(/^E:|failed/m);
    const picture = join(folder, 'rendered.pgm');
    const { output } = run('dcmp2pgm', '-p', at('overlay-001.dcm'), '-f', '2', at('plane-a-001.dcm'), picture);
    expect(output).not.toMatch(/^E:/m);
  });

  it.skipIf(!has('dsrdump'))('points from the key objects to stored and last frames (skipped without DCMTK)', () => {
    const { output } = run('dsrdump', at('key-objects.dcm'));
    expect(output).toContain('Key Object Selection Document');
    expect(output.match(/contains IMAGE:=\(XA image,,\d\)/g)).toEqual([
      'contains IMAGE:=(XA image,,2)',
      'contains IMAGE:=(XA image,,4)',
      'contains IMAGE:=(XA image,,4)',
    ]);
    expect(output).not.toContain('violates');
  });

  it.skipIf(!has('dcm2pdf'))('holds the very report (skipped without DCMTK)', async () => {
    expect(run('dcm2pdf', at('report.dcm'), join(folder, 'extracted.pdf'))).toMatchObject({ status: 0 });
    const [extracted, report] = [await readFile(join(folder, 'extracted.pdf')), await readFile(join(folder, 'plain/report/report.pdf'))];
    expect(extracted.subarray(0, report.length).equals(report)).toBe(true);
  });
});

describe.skipIf(!has('dcmdump') || !has('dciodvfy'))('what a frame instance says of the past of its pixels (skipped without DCMTK and dicom3tools)', () => {
  const detector = { ...noGeometry, sidMm: 1000 };
  const notSimulated = { rows: 8, columns: 8, simulated: false } as const;
  const [lossless, lossy] = ['(0028,2110) CS [00]', '(0028,2110) CS [01]'];
  const [bare, named] = ['(0028,0301) CS [NO]', '(0028,0301) CS [YES]'];
  it.for<[string, string, Partial<XrayFrameAttributes>, readonly string[]]>([
    ['simulated', 'sim:quiet', { geometry: detector, simulated: true }, [lossless, bare]],
    ['XA whose source said nothing', 'dicom:run.dcm', { geometry: detector }, []],
    ['XA of a source compressed with loss', 'dicom:run.dcm', { geometry: detector, lossyCompression: true, burnedInAnnotation: true }, [lossy, named]],
    [
      'XA of a source that said that it never was',
      'dicom:run.dcm',
      { geometry: detector, lossyCompression: false, burnedInAnnotation: false },
      [lossless, bare],
    ],
    ['secondary capture whose source said nothing', 'dicom:run.dcm', {}, [named]],
    ['captured video', 'video:/dev/video0', { burnedInAnnotation: true }, [named]],
    ['captured video with a mask', 'video:/dev/video0?mask=0,0,9,9', { burnedInAnnotation: false }, [bare]],
    ['video of a record from before frames said it', 'video:/dev/video0', {}, [named]],
    ['masked video of a record from before frames said it', 'video:/dev/video0?rotate=90&mask=0,0,9,9', {}, [bare]],
  ])('%s', async ([name, framesA, given, said]) => {
    const record = join(folder, `past-${name}`);
    const attributes = frameAttributes({ ...notSimulated, ...given });
    const samples = [0, 1].map((seq): Sample => ({ topic: '/plane/a/frame', tMs: 100 * seq, seq, data: { attributes, pixels: new Uint16Array(64) } }));
    await writeRecord(record, samples, { header: { simulated: attributes.simulated, sources: { framesA, framesB: null, injector: null } } });
    const opened = await openRecordReader(record);
    if (!opened.ok) throw new Error(opened.fault.message);
    expect(await exportRecord(opened.value, ['dicom'], `${record}-export`)).toMatchObject({ ok: true });
    await opened.value.close();
    const file = join(`${record}-export`, 'dicom/plane-a-001.dcm');
    const dump = run('dcmdump', '+P', '0028,0301', '+P', '0028,2110', file).output;
    expect([lossless, lossy, bare, named].filter((line) => dump.includes(line))).toEqual(said);
    expect(
      run('dciodvfy', file)
        .output.split('\n')
        .filter((line) => line.startsWith('Error')),
    ).toEqual([]);
  });
});

it('frames of hours are kept without repeating what does not change between them', async () => {
  const opened = await openRecordReader(join(folder, 'record'));
  if (!opened.ok) throw new Error(opened.fault.message);
  const [run] = await runsOf(opened.value, 'b');
  await opened.value.close();
  expect(run?.frames.map(({ attributes }) => attributes.frameNumber)).toEqual([0, 1, 2, 3]);
  expect(new Set(run?.frames.map(({ attributes }) => attributes.geometry)).size).toBe(1);
  expect(new Set(run?.frames.map(({ attributes }) => attributes.technique)).size).toBe(1);
});

describe('the procedure log', () => {
  it.skipIf(!has('dsrdump'))('names devices with lot and serial number (skipped without DCMTK)', () => {
    const { output } = run('dsrdump', at('procedure-log.dcm'));
    for (const words of ['Balloon 15/3', 'B-77', 'S-9']) expect(output).toContain(words);
    expect(output).not.toContain('violates');
  });
});

describe('outlines of a mask', () => {
  it('go along the edges of its pixels, holes included', () => {
    const ring = Uint8Array.from('000000 011110 010010 011110 000000'.replaceAll(' ', ''), Number);
    const loops = outlinesOf(encodeRunLengths(ring, 5, 6), 4);
    expect(loops.map((loop) => [...loop].sort((a, b) => a[0] - b[0] || a[1] - b[1]))).toEqual([
      [
        [1, 1],
        [1, 4],
        [5, 1],
        [5, 4],
      ],
      [
        [2, 2],
        [2, 3],
        [4, 2],
        [4, 3],
      ],
    ]);
  });
});
