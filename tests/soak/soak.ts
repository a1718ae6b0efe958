/**
 * A long two-plane session with everything going wrong by a timetable, and its accounts: `npm run soak -- [MINUTES] [FOLDER] [SPEED]`.
 * Ten minutes in real time when not given; 480 for eight hours (a procedure of 256² frames, so that the record stays on an ordinary
 * disk); `10 soak-report 4` plays ten minutes in two and a half.
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
import { startSoakArchive } from './archive.ts';
import { mountSmallDisk } from './disk.ts';
import { growthPerHour, type Holding, startMonitor } from './monitor.ts';
import { soakPage } from './report.ts';
import { type Assault, assaultsFor, faultsFor } from './schedule.ts';

const minutes = Number(process.argv[2] ?? 10);
const out = resolve(process.argv[3] ?? 'soak-report');
const speed = Number(process.argv[4] ?? 1);
if (!(minutes > 0) || !(speed >= 1)) {
  process.stderr.write('Give the length in minutes, the folder of the report and how many times real time: 10 soak-report 4.\n');
  process.exit(2);
}
/** Faster time leaves the machine the same work: fewer frames of each second. */
const fps = Math.max(5, Math.round(15 / speed));
const realMs = (sessionS: number): number => (sessionS * 1000) / speed;
/** Records of so many minutes fit into memory, where the disk can be made nearly full. */
const mostMinutesInMemory = 20;
/** Room for the record, and what counts as enough beside it; and nearly full, as it would be with a large file more. */
const disk = { roomy: 12 * 1024 ** 3, full: 3.5 * 1024 ** 3 };
const storySeconds = 60;
const seconds = Math.ceil((minutes * 60) / storySeconds) * storySeconds;
const entry = fileURLToPath(new URL('../../native-bridge/cli/pedicle.mjs', import.meta.url));
const clockStep = new URL('./clockStep.ts', import.meta.url).href;
const say = (line: string) => process.stderr.write(`${line}\n`);

interface Console {
  readonly child: ChildProcess;
  readonly url: string;
}

async function startConsole(records: string, faultsFile: string, siteFile: string | undefined): Promise<Console> {
  const uri = `sim:kyphoplasty?seed=1&size=256&fps=${fps}&repeat=${seconds / storySeconds}`;
  const sources = [
    '--frames-a',
    uri,
    '--frames-b',
    uri,
    '--injector',
    uri,
    '--faults',
    faultsFile,
    '--records',
    records,
    ...(siteFile ? ['--site', siteFile] : []),
  ];
  const program = ['--disable-warning=ExperimentalWarning', '--import', clockStep, entry, 'console', '--browser', '--no-open', '--speed', String(speed)];
  const clock = [0.3, 0.6].map((part, index) => ({ atEpochMs: Date.now() + part * realMs(seconds), byMs: index === 0 ? -3_600_000 : 3_600_000 }));
  const env = { ...process.env, PEDICLE_SOAK_CLOCK: JSON.stringify(clock) };
  const child = spawn(process.execPath, [...program, ...sources], { stdio: ['ignore', 'pipe', 'inherit'], env });
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
  spawn(process.execPath, ['-e', `const end = Date.now() + ${realMs(forS)}; while (Date.now() < end);`], { stdio: 'ignore' });
}

const yes = (): boolean => true;
const no = (): boolean => false;

/** Follows the timetable of one kind of assault until the session ends. */
async function follow<K extends Assault['kind']>(kind: K, ends: Promise<unknown>, act: (assault: Extract<Assault, { kind: K }>) => Promise<void> | void) {
  const startedMs = performance.now();
  for (const assault of assaultsFor(seconds)) {
    if (assault.kind !== kind) continue;
    const waitMs = realMs(assault.atS) - (performance.now() - startedMs);
    const isOver = await Promise.race([sleep(Math.max(0, waitMs)).then(no), ends.then(yes)]);
    // A machine that is late with the last ones has nothing left to do them to.
    if (isOver) return;
    await act(assault as Extract<Assault, { kind: K }>);
  }
}

/** A console in a browser that is killed by the timetable and comes back: how often it was looked at, and when it did not show the running procedure. */
async function watch(browserPath: string, url: string, ends: Promise<unknown>): Promise<{ looks: number; missedAtS: readonly number[] }> {
  const startedMs = performance.now();
  const missedAtS: number[] = [];
  let looks = 0;
  let isOver = false;
  void ends.then(() => {
    isOver = true;
  });
  const look = async (): Promise<Browser> => {
    const chrome = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu-compositing'] });
    const page = await chrome.newPage();
    const frame = page.locator('.plane[data-seq]').first();
    // What does not come is an account, not the end of the soak.
    const isThere = await page.goto(url).then(() => frame.waitFor({ timeout: 60_000 }).then(yes, no), no);
    if (isThere || !isOver) looks++;
    if (!isThere && !isOver) missedAtS.push(Math.round(((performance.now() - startedMs) / 1000) * speed));
    return chrome;
  };
  let chrome = await look();
  await follow('kill-renderer', ends, async () => {
    await chrome.close();
    chrome = await look();
  });
  await ends;
  await chrome.close();
  return { looks, missedAtS };
}
async function answerOf(...args: readonly string[]): Promise<{ readonly status: number | null; readonly text: string }> {
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { status: await new Promise((done) => child.once('close', done)), text: text.trim() };
}

/** The plain values of a command's JSON answer: `intact: true, closed: true, …`. */
function wordsOf(text: string): string {
  try {
    const plain = Object.entries(JSON.parse(text) as object).filter(([, value]) => value === null || typeof value !== 'object');
    return plain.map(([name, value]) => `${name}: ${typeof value === 'number' ? Math.round(value * 100) / 100 : value}`).join(', ');
  } catch {
    // Whatever the command said instead of JSON is its answer.
    return text.slice(0, 300);
  }
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
mkdirSync(records);
const smallDisk = minutes <= mostMinutesInMemory ? mountSmallDisk(records, disk.roomy) : null;
if (smallDisk === null) say('The disk is not made nearly full: mounting one in memory is not allowed here, or the record is too long for it.');
const faults = faultsFor(seconds);
const faultsFile = join(folder, 'faults.json');
writeFileSync(faultsFile, JSON.stringify(faults));
say(`${seconds / 60} minutes at ${speed} times real time, ${faults.length} faults of the sources, ${assaultsFor(seconds).length} assaults.`);
const archive = await startSoakArchive(folder);
if (archive === null) say('No archive goes away: there is no Orthanc here.');
const running = await startConsole(records, faultsFile, archive?.siteFile);
// However the soak ends: nothing that it started stays.
process.once('exit', () => {
  running.child.kill('SIGKILL');
  void archive?.stop();
  smallDisk?.remove();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const monitor = startMonitor(running.child.pid ?? 0);
const over = sleep(realMs(seconds) + 2000);
const browser = chooseBrowser();
if (browser === null) say('No Chromium can be had: no console is looking.');
const fullDisk: { fromS: number; toS: number }[] = [];
const awayArchive: { fromS: number; toS: number }[] = [];
const [watched] = await Promise.all([
  browser ? watch(browser.path, running.url, over) : null,
  follow('starve-processor', over, ({ forS }) => starve(forS)),
  follow('fill-disk', over, async ({ atS, forS }) => {
    if (smallDisk === null) return;
    fullDisk.push({ fromS: atS, toS: atS + forS });
    smallDisk.resize(disk.full);
    await sleep(realMs(forS));
    smallDisk.resize(disk.roomy);
  }),
  follow('archive-away', over, async ({ atS, forS }) => {
    if (archive === null) return;
    awayArchive.push({ fromS: atS, toS: atS + forS });
    await archive.goAway(realMs(forS));
  }),
]);
await over;
const holdings = monitor.stop();
const closed = new Promise<number | null>((done) => running.child.once('exit', done));
running.child.kill('SIGINT');
const status = await closed;
const record = join(records, readdirSync(records).find((name) => !name.startsWith('.') && !name.includes('.')) ?? '');
say('The session has ended; accounting …');
// What the console had no time for any more: the outbox is on disk, so that another program can go on with it.
if (archive) await answerOf('send', '--pending', '--site', archive.siteFile, '--wait', '120', '--json');
const verified = await answerOf('verify', record, '--json');
const replayed = await answerOf('replay', record, '--json');
const accounts: readonly Account[] = [
  { question: 'Did the console end by itself when asked to?', answer: `exit status ${status}`, good: status === 0 },
  ...(watched
    ? [
        {
          question: 'Did the console show the running procedure, at first and again after each kill?',
          answer: `${watched.looks - watched.missedAtS.length} of ${watched.looks}${watched.missedAtS.length > 0 ? `, not by ${watched.missedAtS.join(', ')} s` : ''}`,
          good: watched.missedAtS.length === 0,
        },
      ]
    : []),
  { question: 'Does the record verify?', answer: wordsOf(verified.text), good: verified.status === 0 },
  { question: 'Is replay identical?', answer: wordsOf(replayed.text), good: replayed.status === 0 },
  ...(await accountsOf(record, { faults, fullDisk, speed })),
  ...(archive ? await archive.accounts() : []),
  ...holdingAccounts(holdings),
];
const trials = [
  ...faults.map(({ fault, fromS, toS }) => ({ what: fault, fromS, toS })),
  ...fullDisk.map((span) => ({ what: 'disk nearly full', ...span })),
  ...awayArchive.map((span) => ({ what: 'archive away', ...span })),
];
mkdirSync(out, { recursive: true });
const title = `Soak of ${seconds / 60} minutes${speed === 1 ? '' : ` at ${speed} times real time`}`;
writeFileSync(
  join(out, 'index.html'),
  soakPage(
    title,
    accounts,
    holdings,
    trials.map(({ what, fromS, toS }) => ({ what, fromS: fromS / speed, toS: toS / speed })),
  ),
);
writeFileSync(join(out, 'accounts.json'), `${JSON.stringify({ seconds, speed, accounts, holdings }, null, 1)}\n`);
await archive?.stop();
for (const { question, answer, good } of accounts) process.stdout.write(`${good ? 'good' : 'BAD '}  ${question} ${answer}\n`);
process.exitCode = accounts.every(({ good }) => good) ? 0 : 1;
