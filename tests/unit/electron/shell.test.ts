import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runShell } from '../../../electron/shell.ts';
import { address, ceiling, desktop, laptop, running, start } from './desktop.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the bridge', () => {
  it('is started, and shown in one window', () => {
    const { log } = running({ procedure: false });
    expect(log).toEqual(['bridge started', 'console opened', `console shows ${address}`]);
  });

  it('that died is started again within a second, with the record that it was writing, and shown in the same window', () => {
    const { log, bridges, windows } = running();
    bridges[0]?.exit(1);
    vi.advanceTimersByTime(1000);
    expect(bridges[1]?.args).toEqual(['{}', '/records/now', '5000']);
    bridges[1]?.message({ kind: 'ready', url: 'http://127.0.0.1:5001/' });
    expect(windows).toHaveLength(1);
    expect(log.at(-1)).toBe('console shows http://127.0.0.1:5001/');
  });

  it('that stands in on the same port keeps the pages that stand; one that had failed to load is loaded', () => {
    const { log, bridges, windows } = running({ displays: [laptop, ceiling], display: { pictures: 'open' } });
    const [console, pictures] = windows;
    if (console) console.loaded = true;
    bridges[0]?.exit(1);
    vi.advanceTimersByTime(0);
    log.length = 0;
    bridges[1]?.message({ kind: 'ready', url: 'http://127.0.0.1:5000/?token=y' });
    expect(pictures?.kind).toBe('pictures');
    expect(log.filter((line) => line.includes(' shows '))).toEqual(['pictures shows http://127.0.0.1:5000/?view=pictures']);
  });

  it('that died again before it went on with the procedure leaves that to the next one; once it runs, its own record counts', () => {
    const { bridges } = running();
    bridges[0]?.exit(1);
    vi.advanceTimersByTime(1000);
    bridges[1]?.message({ kind: 'ready', url: address });
    bridges[1]?.message({ kind: 'procedure', running: false, record: null });
    bridges[1]?.exit(1);
    vi.advanceTimersByTime(1000);
    expect(bridges[2]?.args).toEqual(['{}', '/records/now', '5000']);
    bridges[2]?.message({ kind: 'ready', url: address });
    bridges[2]?.message({ kind: 'procedure', running: true, record: '/records/next' });
    bridges[2]?.exit(1);
    vi.advanceTimersByTime(1000);
    expect(bridges[3]?.args).toEqual(['{}', '/records/next', '5000']);
  });

  it('that died between procedures is started without a record to go on with', () => {
    const { bridges } = running({ procedure: false });
    bridges[0]?.exit(1);
    vi.advanceTimersByTime(1000);
    expect(bridges[1]?.args).toEqual(['{}', '', '5000']);
  });

  it('that keeps dying is given up, and it is said what to do', () => {
    const { port, log, bridges } = desktop();
    runShell(port, start, () => 0, true);
    for (let i = 0; i < 10; i++) {
      bridges.at(-1)?.exit(1);
      vi.advanceTimersByTime(1000);
    }
    expect(bridges).toHaveLength(6);
    expect(log.at(-1)).toBe('quit');
    expect(log.some((line) => line.startsWith('failure: ') && line.includes('pedicle recover'))).toBe(true);
  });

  it('is believed only in messages that it sends, and with addresses of this machine', () => {
    const { port, log, bridges } = desktop();
    runShell(port, start, () => 0, true);
    for (const message of [
      null,
      'ready',
      { kind: 'ready' },
      { kind: 'ready', url: 'http://evil.example/' },
      { kind: 'ready', url: 'http://127.0.0.1.evil.example/' },
      { kind: 'open' },
    ])
      bridges[0]?.message(message);
    expect(log).toEqual(['bridge started']);
  });

  it('that cannot start ends the application with its sentence', () => {
    const { port, log, bridges } = desktop();
    runShell(port, start, () => 0, true);
    bridges[0]?.message({ kind: 'failed', message: 'No such port.' });
    expect(log.slice(-2)).toEqual(['failure: No such port.', 'quit']);
  });
});

describe('the display', () => {
  it('is kept on while a procedure runs, and only then', () => {
    const { log, bridges } = running();
    expect(log.filter((line) => line === 'awake')).toHaveLength(1);
    bridges[0]?.message({ kind: 'procedure', running: false, record: '/records/now' });
    expect(log.at(-1)).toBe('may sleep');
    bridges[0]?.message({ kind: 'procedure', running: true, record: '/records/next' });
    expect(log.at(-1)).toBe('awake');
    bridges[0]?.exit(1);
    expect(log).toContain('may sleep');
  });
});

describe('the end', () => {
  it('during a procedure is asked about, once, whoever wants it', async () => {
    const { log, on, windows } = running();
    const prevented = vi.fn();
    on.quit(prevented);
    on.shutdown(prevented);
    expect(windows[0]?.close()).toBe(false);
    expect(prevented).toHaveBeenCalledTimes(2);
    expect(log.filter((line) => line === 'asked')).toHaveLength(1);
    await vi.runAllTimersAsync();
    expect(log).not.toContain('quit');
    expect(log).not.toContain('told {"kind":"stop"}');
  });

  it('when the person says so, closes the record first', async () => {
    const { log, on, bridges } = running({ quitAnyway: true });
    on.quit(() => {});
    await vi.runAllTimersAsync();
    expect(log.at(-1)).toBe('told {"kind":"stop"}');
    bridges[0]?.message({ kind: 'stopped' });
    bridges[0]?.exit(0);
    expect(log.at(-1)).toBe('quit');
  });

  it('between procedures needs no question', () => {
    const { log, on, bridges } = running({ procedure: false });
    on.quit(() => {});
    expect(log.at(-1)).toBe('told {"kind":"stop"}');
    bridges[0]?.exit(0);
    expect(log.at(-1)).toBe('quit');
    expect(log).not.toContain('asked');
  });
});

describe('one instance', () => {
  it('comes to the front when it is started a second time', () => {
    const { log, on } = running();
    on.second([]);
    expect(log.at(-1)).toBe('console focused');
    const later = desktop({ first: false });
    runShell(later.port, start, () => 0, true);
    expect(later.log).toEqual(['quit']);
  });

  it('opens the record that the second was given', () => {
    const { log, on } = running();
    on.second(['/records/earlier/telemetry.mcap']);
    expect(log).toContain('told {"kind":"offer-record","folder":"/records/earlier"}');
  });
});

describe('a record opened from the system', () => {
  it('before the bridge is there is shown as soon as it is', () => {
    const { log, bridges } = running({ procedure: false, start: { path: '/records/earlier' } });
    expect(log.at(-1)).toBe('told {"kind":"offer-record","folder":"/records/earlier"}');
    bridges[0]?.message({ kind: 'record-offered', name: 'earlier' });
    expect(log).toContain('console shows http://127.0.0.1:5000/?record=earlier');
  });

  it('during a procedure does not take the running page away', () => {
    const { log, on, bridges, windows } = running();
    const [window] = windows;
    if (window) window.loaded = true;
    on.open('/records/earlier');
    bridges[0]?.message({ kind: 'record-offered', name: 'earlier' });
    expect(window?.told.at(-1)).toEqual({ kind: 'show-record', name: 'earlier' });
    expect(log.filter((line) => line.startsWith('console shows'))).toHaveLength(1);
  });

  it('that cannot be shown is said in words', () => {
    const { log, on, bridges } = running();
    on.open('/elsewhere/earlier');
    bridges[0]?.message({ kind: 'refused', message: 'It is not in the folder of records.' });
    expect(log.at(-1)).toBe('failure: It is not in the folder of records.');
  });
});

describe('the key of encrypted records', () => {
  it('goes to the bridge when it asks, as a message and not as an argument', () => {
    const { log, bridges } = running({ procedure: false });
    bridges[0]?.message({ kind: 'key-wanted' });
    expect(log.at(-1)).toBe(`told {"kind":"key","keyHex":"${'ab'.repeat(32)}"}`);
    expect(bridges[0]?.args).toEqual(['{}']);
  });
});

describe('updates', () => {
  const feeds = (feed: string | null) => {
    const { port, log, bridges } = desktop();
    runShell(port, start, () => 0, true);
    bridges[0]?.message({ kind: 'ready', url: address, updateFeed: feed });
    return log.filter((line) => line.startsWith('updates'));
  };

  it('are looked for only where the site says so, over TLS', () => {
    expect(feeds(null)).toEqual([]);
    expect(feeds('http://updates.example/')).toEqual([]);
    expect(feeds('not an address')).toEqual([]);
    expect(feeds('https://updates.example/pedicle')).toEqual(['updates from https://updates.example/pedicle']);
  });
});
