import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createReceived, type Received } from '../../native-bridge/server/received.ts';
import { createSiteStore } from '../../native-bridge/server/siteStore.ts';
import { createWorkplace, type Workplace } from '../../native-bridge/server/workplace.ts';
import type { StreamedFrame } from '../../renderer/link/frameParser.ts';
import { createFrameParser } from '../../renderer/link/frameParser.ts';
import { buildPart10, element, xrayRun } from '../../test-data/dicomBuilder.ts';
import { freePort, programPath } from './videoPeers.ts';

let folder = '';
let received: Received;
let workplace: Workplace | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedicle-received-'));
  received = createReceived();
});
afterEach(async () => {
  await received.close();
  await workplace?.close();
  workplace = null;
  rmSync(folder, { recursive: true, force: true });
});

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`it did not come to that: ${JSON.stringify(received.state())}`);
    await sleep(10);
  }
}

/** What the console gets for one frame of a run. */
async function served(run: string, frame: number): Promise<{ readonly status: number; readonly body: Uint8Array }> {
  const parts: Uint8Array[] = [];
  const answer = { status: 0 };
  const response = {
    writeHead(status: number) {
      answer.status = status;
      return response;
    },
    write: (part: Uint8Array) => parts.push(part),
    end: (part: Uint8Array | string) => parts.push(typeof part === 'string' ? Buffer.from(part) : part),
  };
  await received.serve(run, frame, response as never);
  return { status: answer.status, body: Buffer.concat(parts) };
}

const frames = [0, 1, 2].map((shift) => Uint16Array.from({ length: 16 * 24 }, (_, index) => (index * 10 + shift) & 4095));
const withoutSender = programPath('storescu') === null;

describe.skipIf(withoutSender)(`runs that come beside the live sources${withoutSender ? ' (skipped: storescu is not installed)' : ''}`, () => {
  const send = (port: number, instance: string): void => {
    const path = join(folder, `${instance}.dcm`);
    const also = [element(0x00080018, 'UI', instance), element(0x00080060, 'CS', 'XA'), element(0x0008103e, 'LO', 'Native spine')];
    writeFileSync(path, buildPart10(xrayRun({ rows: 16, columns: 24, bitsStored: 12, frames, also })));
    const sent = spawnSync('storescu', ['-aet', 'CARM', '-aec', 'PEDICLE', '127.0.0.1', String(port), path], { encoding: 'utf8' });
    if (sent.status !== 0) throw new Error(sent.stderr);
  };

  test('are listed with what they are, the newest first, and each frame is there to the bit', async () => {
    const port = await freePort();
    const told: number[] = [];
    received.onChange(({ runs }) => told.push(runs.length));
    await received.listen(`dicom-receive:?port=${port}&folder=${join(folder, 'inbox')}`);
    await until(() => received.state().port === 'open');
    send(port, '1.2.3.1');
    await until(() => received.state().runs.length === 1);
    send(port, '1.2.3.2');
    await until(() => received.state().runs.length === 2);
    expect(told).toContain(1);
    const [run] = received.state().runs;
    expect(run).toMatchObject({ from: 'CARM', modality: 'XA', description: 'Native spine', rows: 16, columns: 24, frames: 3 });
    const { status, body } = await served(run?.id ?? '', 2);
    expect(status).toBe(200);
    const parsed: StreamedFrame[] = [];
    createFrameParser((frame) => parsed.push(frame))(body);
    expect(parsed[0]?.header.attributes).toMatchObject({ rows: 16, columns: 24, bitsStored: 12, frameNumber: 2 });
    expect(new Uint16Array(parsed[0]?.pixels ?? new ArrayBuffer(0))).toEqual(frames[2]);
    const beyond = await served(run?.id ?? '', 3);
    expect([beyond.status, Buffer.from(beyond.body).toString()]).toEqual([422, 'Frame 4 of this run is beyond its last, 3.']);
    expect((await served('no such run', 0)).status).toBe(404);
  });

  test('stand in the list again after a start, the newest first, with who sent them; halves of a dead receiver are gone', async () => {
    const inbox = join(folder, 'inbox');
    const [port, other] = [await freePort(), await freePort()];
    await received.listen(`dicom-receive:?port=${port}&folder=${inbox}`);
    await until(() => received.state().port === 'open');
    for (const [index, instance] of ['1.2.3.1', '1.2.3.2'].entries()) {
      send(port, instance);
      await until(() => received.state().runs.length === index + 1);
    }
    const paths = received.state().runs.map(({ id }) => received.pathOf(id));
    // Files know seconds only on some disks.
    paths.forEach((path, index) => {
      if (path !== null) utimesSync(path, 1_700_000_000 - index, 1_700_000_000 - index);
    });
    await received.close();
    writeFileSync(join(inbox, 'no-dicom.dcm'), 'nothing');
    for (const [name, atS] of [
      ['old.part', 1_700_000_000],
      ['coming.part', Date.now() / 1000],
    ] as const) {
      writeFileSync(join(inbox, name), 'half');
      utimesSync(join(inbox, name), atS, atS);
    }
    received = createReceived();
    await received.listen(`dicom-receive:?port=${other}&folder=${inbox}`);
    await until(() => received.state().runs.length === 2 && received.state().port === 'open');
    const runs = received.state().runs;
    expect(runs.map(({ id }) => received.pathOf(id))).toEqual(paths);
    expect(runs[0]).toMatchObject({ receivedAtEpochMs: 1_700_000_000_000, from: 'CARM', modality: 'XA', description: 'Native spine', frames: 3 });
    expect((await served(runs[1]?.id ?? '', 0)).status).toBe(200);
    expect(readdirSync(inbox).filter((name) => name.endsWith('.part'))).toEqual(['coming.part']);
    send(other, '1.2.3.3');
    await until(() => received.state().runs.length === 3);
    expect(
      received
        .state()
        .runs.slice(1)
        .map(({ id }) => received.pathOf(id)),
    ).toEqual(paths);
  });

  test('are played by the next procedure, and only by that one', async () => {
    const port = await freePort();
    await received.listen(`dicom-receive:?port=${port}&folder=${join(folder, 'inbox')}`);
    await until(() => received.state().port === 'open');
    send(port, '1.2.3.1');
    await until(() => received.state().runs.length === 1);
    const path = received.pathOf(received.state().runs[0]?.id ?? '');
    const site = createSiteStore({ site: { version: 1 }, file: join(folder, 'site.json'), isSaved: false });
    const input = {
      framesA: 'sim:quiet?size=64&fps=5',
      framesB: null,
      injector: null,
      injector2: null,
      planFile: null,
      scriptFile: null,
      faults: [],
      speed: 1,
    } as const;
    workplace = createWorkplace({ site, inputFor: () => input, recordsFolder: join(folder, 'records') });
    workplace.playNext('a', `dicom:${path}?loop=1`);
    expect(workplace.state().nextSources.framesA).toBe(`dicom:${path}?loop=1`);
    expect((await workplace.begin(false)).ok).toBe(true);
    await until(() => (workplace?.live()?.catchUp().status.planes.a?.received ?? 0) > 3);
    expect(workplace.live()?.info.sources.framesA).toBe(`dicom:${path}?loop=1`);
    expect(workplace.state().nextSources.framesA).toBe(input.framesA);
  });
});

describe('the storage port beside the live sources', () => {
  test('is off where the site has none, and says why where it cannot be opened', async () => {
    expect(received.state()).toEqual({ port: 'off', message: null, runs: [] });
    await received.listen('video:screen:0');
    expect(received.state()).toMatchObject({ port: 'closed', message: expect.stringContaining('opens no storage port') });
    await received.listen('dicom-receive:?port=tall');
    expect(received.state()).toMatchObject({ port: 'closed', message: expect.stringContaining('port') });
    await received.listen(undefined);
    expect(received.state()).toMatchObject({ port: 'off', message: null });
  });
});
