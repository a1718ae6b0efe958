import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openSerialPort } from '../../native-bridge/sources/serialPort.ts';
import { type PortProbe, probePort } from '../../native-bridge/sources/serialProbe.ts';
import { hasSocat, ptyPair, whyNoSocat } from './ptyPair.ts';

const pedicle = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
const reportSchema = z.object({
  fit: z.boolean(),
  checks: z.array(z.object({ name: z.string(), state: z.enum(['good', 'lacking', 'bad']), found: z.string().min(1), advice: z.string() })),
});

function doctor(...args: string[]): Promise<{ status: number | null; report: z.infer<typeof reportSchema> }> {
  const child = spawn(process.execPath, [pedicle, 'doctor', '--json', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, report: reportSchema.parse(JSON.parse(text)) })));
}

describe('pedicle doctor', () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const action of undo.splice(0).reverse()) await action();
  });
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'pedicle-doctor-'));
    undo.push(() => rmSync(path, { recursive: true, force: true }));
    return path;
  };

  test('says what it found of runtime, window, ports and disk, with advice wherever something lacks', async () => {
    const { report } = await doctor('--records', join(folder(), 'not', 'yet', 'there'));
    const names = report.checks.map((check) => check.name);
    for (const name of ['runtime', 'electron', 'browser', 'serial ports', 'disk space', 'disk speed']) expect(names).toContain(name);
    for (const check of report.checks) expect(check.advice !== '').toBe(check.state !== 'good');
    expect(report.checks.find((check) => check.name === 'runtime')?.state).not.toBe('bad');
  });

  test.skipIf(process.platform === 'win32')('a folder that cannot be written makes the answer bad, in words and in the exit status', async () => {
    const { status, report } = await doctor('--records', '/dev/null/records');
    expect(status).toBe(1);
    expect(report.fit).toBe(false);
    expect(report.checks.find((check) => check.name === 'disk')).toMatchObject({ state: 'bad', found: expect.stringMatching(/cannot be written/) });
  });

  test.skipIf(!hasSocat)(`finds out which injector is on a port (${hasSocat ? 'socat' : whyNoSocat})`, async () => {
    const pair = await ptyPair();
    undo.push(pair.remove);
    const player = spawn(process.execPath, [pedicle, 'injector-sim', '--port', pair.deviceEnd, '--driver', 'line'], { stdio: 'ignore' });
    undo.push(() => player.kill('SIGKILL'));
    const { report } = await doctor('--records', folder(), '--probe', pair.consoleEnd, '/dev/no-such-port');
    expect(report.checks.find((check) => check.name === `injector on ${pair.consoleEnd}`)).toMatchObject({
      state: 'good',
      found: expect.stringMatching(/^line at 9600 baud.* bytes, the latest: ([0-9a-f]{2} )+.*kPa V=/),
    });
    expect(report.checks.find((check) => check.name === 'injector on /dev/no-such-port')).toMatchObject({
      state: 'lacking',
      advice: expect.stringMatching(/There is no port/),
    });
  });

  test.skipIf(!hasSocat)(`listens for the text lines of the site, and tells what comes while it comes (${hasSocat ? 'socat' : whyNoSocat})`, async () => {
    const pair = await ptyPair();
    undo.push(pair.remove);
    const gauge = await openSerialPort({ path: pair.deviceEnd, baud: 9600 }, { onBytes: () => undefined, onLost: () => undefined });
    if (!gauge.ok) throw new Error(gauge.fault.message);
    const speaking = setInterval(() => gauge.value.write(Buffer.from('gauge 12.5 bar\n')), 20);
    undo.push(() => gauge.value.close());
    undo.push(() => clearInterval(speaking));
    const told: PortProbe[] = [];
    const line = { pattern: 'gauge (?<pressureBar>\\d{1,3}\\.\\d) bar', mode: null, check: 'optional' } as const;
    const probe = await probePort(pair.consoleEnd, { line, listenForMs: 400, showForMs: 600, onHeard: (heard) => told.push(heard) });
    expect(probe).toMatchObject({ ok: true, value: { driver: 'line', reading: { pressureKpa: 1250 } } });
    const ofLine = told.filter(({ driver }) => driver === 'line');
    expect(ofLine.length).toBeGreaterThan(1);
    expect(new Set(ofLine.map(({ bytesHeard }) => bytesHeard)).size).toBeGreaterThan(1);
  });
});
