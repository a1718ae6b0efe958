import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { audit, verifyAudit } from '../../../native-bridge/security/audit.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pedicle-audit-'));
  file = join(folder, 'logs', 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const verdict = () => {
  const verified = verifyAudit(file);
  if (!verified.ok) throw new Error(verified.fault.message);
  return verified.value;
};
const write = () => {
  audit({ event: 'record-opened', record: 'r1' }, file);
  audit({ event: 'record-exported', record: 'r1', detail: 'dicom, de-identified', user: { name: 'quinn', role: 'qa' } }, file);
  audit({ event: 'record-deleted', record: 'r1', outcome: 4 }, file);
};

describe('the audit log', () => {
  it('says who did what, when, with the codes of DICOM audit messages, in a file for its owner', () => {
    write();
    expect(verdict().entries.map(({ n, event, eventCode, action, outcome, record }) => [n, event, eventCode, action, outcome, record])).toEqual([
      [0, 'record-opened', '110103', 'R', 0, 'r1'],
      [1, 'record-exported', '110106', 'R', 0, 'r1'],
      [2, 'record-deleted', '110105', 'D', 4, 'r1'],
    ]);
    expect(verdict().entries[1]).toMatchObject({ user: 'quinn', role: 'qa' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(verdict().intact).toBe(true);
  });

  it('shows when an entry was changed, taken out, put in or moved', () => {
    write();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const [a = '', b = '', c = ''] = lines;
    const spoilt = {
      changed: [a, b.replace('quinn', 'ada12'), c],
      'taken out': [a, c],
      doubled: [a, b, b, c],
      moved: [b, a, c],
      'cut in the middle': [a, b.slice(0, 40), c],
    };
    for (const [what, text] of Object.entries(spoilt)) {
      writeFileSync(file, `${text.join('\n')}\n`);
      expect(verdict().intact, what).toBe(false);
    }
  });

  it('has a head that shows when entries were cut off its end', () => {
    write();
    const { head } = verdict();
    writeFileSync(file, `${readFileSync(file, 'utf8').split('\n').slice(0, 2).join('\n')}\n`);
    expect(verdict().intact).toBe(true);
    expect(verdict().head).not.toBe(head);
  });

  it('goes on behind an entry that a crash cut off, and still says so', () => {
    write();
    appendFileSync(file, '{"n":3,"at":"2026\n');
    audit({ event: 'record-opened', record: 'r2' }, file);
    expect(verdict().findings.map(({ line }) => line)).toEqual([4]);
    expect(verdict().entries.at(-1)).toMatchObject({ n: 4, record: 'r2' });
  });

  it('stays one chain when several processes write at once', async () => {
    const module = join(root, 'native-bridge', 'security', 'audit.ts');
    const code = `import { audit } from ${JSON.stringify(module)}; for (let i = 0; i < 15; i++) audit({ event: 'record-opened', record: String(i) }, ${JSON.stringify(file)});`;
    const node = join(root, 'node_modules', '.bin', 'node');
    const children = [1, 2, 3].map(() => spawn(node, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', code], { stdio: 'inherit' }));
    await Promise.all(children.map((child) => once(child, 'exit')));
    expect(verdict().intact).toBe(true);
    expect(verdict().entries).toHaveLength(45);
  });
});
