/**
 * A long two-plane session with everything going wrong by a timetable, and its accounts: `npm run soak -- [MINUTES] [FOLDER]`.
 * Ten minutes when not given; 480 for eight hours (a procedure of 256² frames, so that the record stays on an ordinary disk).
 * Writes `index.html` and `accounts.json` into the folder and exits with 1 when any account is bad.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from '@playwright/test';
import { chooseBrowser } from '../browser.ts';
import { type Account, accountsOf } from './accounts.ts';
import { growthPerHour, type Holding, startMonitor } from './monitor.ts';
import { soakPage } from './report.ts';
import { type Assault, assaultsFor, faultsFor } from './schedule.ts';

const minutes = Number(process.argv[2] ?? 10);
const out = resolve(process.argv[3] ?? 'soak-report');
if (!(minutes > 0)) {
  process.stderr.write('The first argument is the length in minutes, such as 10.\n');
  process.exit(2);
}
const storySeconds = 60;
const seconds = Math.ceil((minutes * 60) / storySeconds) * storySeconds;
const entry = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
const say = (line: string) => process.stderr.write(`${line}\n`);

interface Console {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startConsole(records: string, faultsFile: string): Promise<Console> {
  const uri = `sim:kyphoplasty?seed=1&size=256&repeat=${seconds / storySeconds}`;
  const sources = ['--frames-a', uri, '--frames-b', uri, '--injector', uri, '--faults', faultsFile, '--records', records];
  const child = spawn(process.execPath, [entry, 'console', '--browser', '--no-open', ...sources], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (;;) {
    const url = /Pedicle is at (\S+)/.exec(said)?.[1];
    if (url) return { child, url };
    if (child.exitCode !== null) throw new Error(`the console did not start: ${said}`);
    await sleep(50);
  }
}

/** Keeps one core busy. */
function starve(forS: number): void {
  spawn(process.execPath, ['-e', `const end = Date.now() + ${forS * 1000}; while (Date.now() < end);`], { stdio: 'ignore' });
}

/** A console in a browser that is killed by the timetable and comes back; counts how often it showed the running procedure again. */
async function watch(browserPath: string, url: string, assaults: readonly Assault[], ends: Promise<unknown>): Promise<{ returns: number; kills: number }> {
  let chrome: Browser | null = null;
  const look = async () => {
    chrome = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu-compositing'] });
    const page = await chrome.newPage();
    await page.goto(url);
    await page.locator('.plane[data-seq]').first().waitFor({ timeout: 60_000 });
  };
  await look();
  const startedMs = performance.now();
  let [returns, kills] = [0, 0];
  for (const assault of assaults) {
    const waitMs = assault.atS * 1000 - (performance.now() - startedMs);
    if (waitMs > 0) await Promise.race([sleep(waitMs), ends]);
    switch (assault.kind) {
      case 'kill-renderer':
        kills++;
        await (chrome as Browser | null)?.close();
        await look();
        returns++;
        break;
      case 'starve-processor':
        starve(assault.forS);
        break;
    }
  }
  await ends;
  await (chrome as Browser | null)?.close();
  return { returns, kills };
}

async function answerOf(...args: readonly string[]): Promise<{ readonly status: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { status: await new Promise((done) => child.once('close', done)), text: text.trim() };
}

/** Memory may breathe; over the second half it may not climb. The bound is that of the display: 20 MB over what a run begins with. */
const mostGrowthMb = 20;

function holdingAccounts(holdings: readonly Holding[]): readonly Account[] {
  const hours = (holdings.at(-1)?.atS ?? 0) / 3600 / 2;
  const grownMb = growthPerHour(holdings, ({ residentMb }) => residentMb) * hours;
  const grownHandles = growthPerHour(holdings, ({ handles }) => handles) * hours;
  return [
    { question: 'Is memory flat over the second half?', answer: `${grownMb.toFixed(1)} MB by its trend`, good: grownMb <= mostGrowthMb },
    { question: 'Are handles flat over the second half?', answer: `${grownHandles.toFixed(1)} by their trend`, good: grownHandles <= 5 },
  ];
}

const folder = mkdtempSync(join(tmpdir(), 'pedicle-soak-'));
const records = join(folder, 'records');
const faults = faultsFor(seconds);
const faultsFile = join(folder, 'faults.json');
writeFileSync(faultsFile, JSON.stringify(faults));
say(`${seconds / 60} minutes, ${faults.length} faults of the sources, ${assaultsFor(seconds).length} assaults.`);
const running = await startConsole(records, faultsFile);
const monitor = startMonitor(running.child.pid ?? 0);
const over = sleep(seconds * 1000 + 2000);
const browser = chooseBrowser();
const watched = browser ? await watch(browser.path, running.url, assaultsFor(seconds), over) : null;
if (watched === null) say('No Chromium can be had: no console was looking.');
await over;
const holdings = monitor.stop();
const closed = new Promise<number | null>((done) => running.child.once('exit', done));
running.child.kill('SIGINT');
const status = await closed;
const record = join(records, readdirSync(records).find((name) => !name.startsWith('.') && !name.includes('.')) ?? '');
say('The session has ended; accounting …');
const verified = await answerOf('verify', record, '--json');
const replayed = await answerOf('replay', record, '--json');
const accounts: readonly Account[] = [
  { question: 'Did the console end by itself when asked to?', answer: `exit status ${status}`, good: status === 0 },
  ...(watched
    ? [
        {
          question: 'Did the console show the running procedure again after each kill?',
          answer: `${watched.returns} of ${watched.kills}`,
          good: watched.returns === watched.kills,
        },
      ]
    : []),
  { question: 'Does the record verify?', answer: verified.text.slice(0, 200), good: verified.status === 0 },
  { question: 'Is replay identical?', answer: replayed.text.slice(0, 300), good: replayed.status === 0 },
  ...(await accountsOf(record, faults)),
  ...holdingAccounts(holdings),
];
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'index.html'), soakPage(`Soak of ${seconds / 60} minutes`, accounts, holdings));
writeFileSync(join(out, 'accounts.json'), `${JSON.stringify({ seconds, accounts, holdings }, null, 1)}\n`);
rmSync(folder, { recursive: true, force: true });
for (const { question, answer, good } of accounts) process.stdout.write(`${good ? 'good' : 'BAD '}  ${question} ${answer}\n`);
process.exitCode = accounts.every(({ good }) => good) ? 0 : 1;
