import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportRecord } from '../../native-bridge/export/exportRecord.ts';
import { openVideoWriter } from '../../native-bridge/export/video/encoder.ts';
import { openRecordReader } from '../../native-bridge/record/reader.ts';
import type { Sample } from '../../src/sample/sample.ts';
import { frameAttributes } from '../../test-data/frameAttributes.ts';
import { writeRecord } from '../unit/recordFixture.ts';

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const [columns, rows] = [301, 257];
/** 15 a second, then nothing for four seconds, then one more. */
const timesMs = [1000, 1066.667, 1133.333, 1200, 5200];
const tip = [150, 120] as const;

const pixelsOf = (number: number) => Uint16Array.from({ length: rows * columns }, (_, i) => (i % columns) * 8 + number * 100 + (i % 7));

function procedure(): Sample[] {
  return timesMs.flatMap((tMs, seq): Sample[] => {
    const attributes = frameAttributes({ rows, columns, frameNumber: seq });
    const needle = { tip, direction: [1, 0], confidence: 1, tipSigmaPx: 0.5 } as const;
    return [
      { topic: '/plane/a/frame', tMs, seq, data: { attributes, pixels: pixelsOf(seq) } },
      { topic: '/plane/a/needle', tMs, seq, data: { needle, needles: [needle], deviation: null, mmPerPx: null, scaleFrom: null } },
    ];
  });
}

let folder: string;
const variants = {
  overlay: { overlay: true, lossless: false },
  plain: { overlay: false, lossless: false },
  stored: { overlay: false, lossless: true },
  drawn: { overlay: true, lossless: true },
} as const;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pedicle-video-'));
  await writeRecord(join(folder, 'record'), procedure());
  const opened = await openRecordReader(join(folder, 'record'));
  if (!opened.ok) throw new Error(opened.fault.message);
  for (const [name, video] of Object.entries(variants))
    expect(await exportRecord(opened.value, ['video'], join(folder, name), { video })).toMatchObject({ ok: true });
  await opened.value.close();
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (name: keyof typeof variants) => join(folder, name, `video/plane-a.${variants[name].lossless ? 'mkv' : 'mp4'}`);
interface Probed {
  readonly streams: { codec_name: string; pix_fmt: string; width: number; height: number }[];
  readonly packets: { pts_time: string }[];
  readonly format: { tags: Record<string, string>; duration: string };
}
const probe = (name: keyof typeof variants): Probed =>
  JSON.parse(spawnSync('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', '-show_packets', '-show_format', fileOf(name)], { encoding: 'utf8' }).stdout);
/** The decoded frames, by a program that is not ours. */
const decoded = (name: keyof typeof variants, format: string): Buffer => decodedFile(fileOf(name), format);
const decodedFile = (path: string, format: string): Buffer => {
  const options = ['-v', 'error', '-i', path, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-pix_fmt', format, '-'];
  const { status, signal, stdout, stderr } = spawnSync('ffmpeg', options, { maxBuffer: 1 << 28 });
  if (status !== 0 || stdout.length === 0) throw new Error(`ffmpeg ended with ${status ?? signal}: ${stderr}`);
  return stdout;
};

describe.skipIf(!has('ffprobe') || !has('ffmpeg'))('an exported video (skipped without ffmpeg)', () => {
  it('is H.264 with halved colour in MP4, its sides made even, or FFV1 in Matroska', () => {
    expect(probe('overlay').streams[0]).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p', width: 302, height: 258 });
    expect(probe('stored').streams[0]).toMatchObject({ codec_name: 'ffv1', pix_fmt: 'gray12le', width: columns, height: rows });
    expect(probe('drawn').streams[0]).toMatchObject({ codec_name: 'ffv1', width: 302, height: 258 });
  });

  it('keeps the times of the record, pauses included', () => {
    for (const name of ['overlay', 'plain', 'stored'] as const) {
      const times = probe(name).packets.map(({ pts_time }) => Number(pts_time) * 1000);
      expect(times.length).toBe(timesMs.length);
      for (const [i, time] of times.entries()) expect(time).toBeCloseTo((timesMs[i] ?? 0) - 1000, -0.5);
    }
  });

  it('gives back the stored values to the bit when it is lossless and plain', () => {
    const frames = decoded('stored', 'gray12le');
    const expected = Buffer.concat(timesMs.map((_, i) => Buffer.from(pixelsOf(i).buffer)));
    expect(frames.equals(expected)).toBe(true);
  });

  it('keeps pictures whose memory is another one by the time they are written', async () => {
    const path = join(folder, 'reused.mkv');
    const writer = await openVideoWriter(path, {
      codec: 'ffv1',
      pixels: { kind: 'stored', bits: 12 },
      width: columns,
      height: rows,
      title: '',
      comment: '',
      startedAtEpochMs: 0,
    });
    const memory = new Uint16Array(rows * columns);
    for (const [i, tMs] of timesMs.entries()) {
      memory.set(pixelsOf(i));
      await writer.write(new Uint8Array(memory.buffer), tMs - 1000);
      memory.fill(0xfff);
    }
    await writer.end(5000);
    expect(decodedFile(path, 'gray12le').equals(Buffer.concat(timesMs.map((_, i) => Buffer.from(pixelsOf(i).buffer))))).toBe(true);
  });

  it('has the needle where guidance saw it, and only with the overlay', () => {
    const blueAt = (name: 'overlay' | 'plain') => {
      const picture = decoded(name, 'rgb24').subarray(0, 302 * 258 * 3);
      let most = 0;
      for (let x = tip[0] - 8; x <= tip[0] + 8; x++) {
        const at = 3 * (tip[1] * 302 + x);
        most = Math.max(most, (picture[at + 2] ?? 0) - (picture[at] ?? 0));
      }
      return most;
    };
    expect(blueAt('overlay')).toBeGreaterThan(40);
    expect(blueAt('plain')).toBeLessThan(20);
  });

  it('says in its title that it is simulated, and is readable by its owner alone', async () => {
    for (const name of ['overlay', 'plain', 'stored'] as const) {
      expect(JSON.stringify(probe(name).format.tags)).toContain('SIMULATED');
      expect((await stat(fileOf(name))).mode & 0o777).toBe(0o600);
    }
  });
});
