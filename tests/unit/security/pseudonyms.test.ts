import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pseudonymOf } from '../../../native-bridge/export/deidentify/pseudonyms.ts';
import { audit, verifyAudit } from '../../../native-bridge/security/audit.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const node = join(root, 'node_modules', '.bin', 'node');
let folder = '';
let table = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedicle-pseudonyms-'));
  table = join(folder, 'table.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const person = (id: string) => ({
  patientName: `Name^${id}`,
  patientId: id,
  birthDate: null,
  accessionNumber: null,
  studyInstanceUid: null,
  record: `r-${id}`,
});
const entries = (): readonly { readonly patientId: string; readonly pseudonym: string }[] => JSON.parse(readFileSync(table, 'utf8')).records;

/** Number of a process that has ended. */
const goneProcess = (): number => spawnSync(node, ['-e', '']).pid;

describe('the table of who is who', () => {
  it('keeps everybody, each under the pseudonym that was given out, when several exports make and extend it at once', async () => {
    const module = join(root, 'native-bridge', 'export', 'deidentify', 'pseudonyms.ts');
    const code = (process: number) => `
      import { pseudonymOf } from ${JSON.stringify(module)};
      const person = ${person.toString()};
      const ids = Array.from({ length: 15 }, (_, i) => '${process}-' + i);
      const made = await Promise.all(ids.map(async (id) => [id, await pseudonymOf(person(id), ${JSON.stringify(table)}, ${JSON.stringify(join(folder, 'out'))})]));
      console.log(JSON.stringify(made.map(([id, made]) => [id, made.ok && made.value.patient])));`;
    const children = [1, 2, 3].map((process) =>
      spawn(node, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code(process)], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    const told: (readonly [string, string | false])[] = [];
    await Promise.all(
      children.map(async (child) => {
        let text = '';
        child.stdout.on('data', (data: Buffer) => {
          text += data.toString();
        });
        await once(child, 'close');
        told.push(...(JSON.parse(text) as (readonly [string, string | false])[]));
      }),
    );
    expect(told).toHaveLength(45);
    const kept = new Map(entries().map(({ patientId, pseudonym }) => [patientId, pseudonym]));
    expect(told.filter(([id, pseudonym]) => kept.get(id) !== pseudonym)).toEqual([]);
  });

  it('takes over the lock of an export that has gone, and gives its own back', () => {
    writeFileSync(`${table}.lock`, `${goneProcess()} ${hostname()}`);
    expect(pseudonymOf(person('1'), table, join(folder, 'out'))).toMatchObject({ ok: true });
    expect(entries()).toHaveLength(1);
    expect([`${table}.lock`, `${table}.lock.gate`].filter((path) => existsSync(path))).toEqual([]);
  });

  it('says in a sentence that it cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const path of [join(folder, 'file', 'table.json'), join(folder, 'file', 'deeper', 'table.json')])
      expect(pseudonymOf(person('1'), path, join(folder, 'out'))).toMatchObject({
        ok: false,
        fault: { kind: 'input', message: expect.stringMatching(/^The pseudonym table .* cannot be written: .*\.$/) },
      });
  });
});

describe('the audit log', () => {
  it('goes on at once behind the lock of a process that has gone', () => {
    const log = join(folder, 'audit.jsonl');
    writeFileSync(`${log}.lock`, `${goneProcess()} ${hostname()}`);
    audit({ event: 'record-opened', record: 'r1' }, log);
    expect(verifyAudit(log)).toMatchObject({ ok: true, value: { intact: true, entries: [{ record: 'r1' }] } });
  });
});
