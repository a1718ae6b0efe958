import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseBrowser } from './browser.ts';
import { ensurePeers } from './systemPackages.ts';

/** `npm test`: check, build, unit, contract and integration tests, then the console in a real browser. */
const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'pedicle-tests-'));
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

const say = (line: string) => process.stdout.write(`${line}\n`);
let stepsFailed = 0;
const counted = { passed: 0, failed: 0, skipped: 0 };

function step(title: string, command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): boolean {
  say(`\n── ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } });
  if (status !== 0) {
    stepsFailed++;
    say(`${title}: failed`);
  }
  return status === 0;
}

function countVitest(file: string): void {
  if (!existsSync(file)) return;
  const report = JSON.parse(readFileSync(file, 'utf8')) as { numPassedTests: number; numFailedTests: number; numPendingTests: number };
  counted.passed += report.numPassedTests;
  counted.failed += report.numFailedTests;
  counted.skipped += report.numPendingTests;
}

function countPlaywright(file: string): void {
  if (!existsSync(file)) return;
  const { stats } = JSON.parse(readFileSync(file, 'utf8')) as { stats: { expected: number; unexpected: number; flaky: number; skipped: number } };
  counted.passed += stats.expected + stats.flaky;
  counted.failed += stats.unexpected;
  counted.skipped += stats.skipped;
}

const missing = ensurePeers();
if (missing.length > 0) say(`Not on this machine: ${missing.join(', ')}; the tests that need them are skipped.`);
const browser = chooseBrowser();
say(browser ? `Browser for the tests: ${browser.path} (${browser.why}).` : 'No Chromium can be had: set PEDICLE_CHROMIUM to one.');

step('Formatting, lint, import rules', bin('biome'), ['check', '.']);
for (const world of ['src', 'native-bridge', 'renderer', 'electron', 'tests']) step(`Types of ${world}`, bin('tsc'), ['-p', world]);
const built = step('Build of the console', bin('vite'), ['build', '--logLevel', 'warn']);

const vitestReport = join(reports, 'vitest.json');
step('Unit, contract and integration tests', bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestReport}`]);
countVitest(vitestReport);

if (browser && built) {
  const playwrightReport = join(reports, 'playwright.json');
  step('The console in a browser', bin('playwright'), ['test', '--reporter=list,json'], {
    PEDICLE_CHROMIUM: browser.path,
    PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightReport,
  });
  countPlaywright(playwrightReport);
} else {
  stepsFailed++;
}
rmSync(reports, { recursive: true, force: true });

if (stepsFailed > 0 && counted.failed === 0) counted.failed = stepsFailed;
say(`\n${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped`);
process.exitCode = stepsFailed > 0 || counted.passed === 0 ? 1 : 0;
