import type { RecordReplay } from '../recordReplay.ts';
import { escapeMarkup } from './markup.ts';
import { remarkText } from './words.ts';

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
    .join('');

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function testCase(result: RecordReplay): string {
  const { name, status, tookMs, replay } = result;
  const open = `    <testcase${attributes({ name, classname: 'pedicle.replay', time: seconds(tookMs) })}`;
  const remark = escapeMarkup(remarkText(result));
  const outcome = (element: string, type: string) => `${open}>\n      <${element} message="${remark}" type="${type}">${remark}</${element}>\n    </testcase>`;
  switch (status) {
    case 'differs':
      return outcome('failure', replay?.firstDifference?.topic ? escapeMarkup(replay.firstDifference.topic) : 'difference');
    case 'partly':
      return outcome('failure', 'not-compared');
    case 'error':
      return outcome('error', 'unreadable');
    case 'not-run':
      return `${open}>\n      <skipped message="${remark}"/>\n    </testcase>`;
    case 'identical':
      return remark === '' ? `${open}/>` : `${open}>\n      <system-out>${remark}</system-out>\n    </testcase>`;
  }
}

/** The results as JUnit XML in the form that Jenkins and GitLab read: a test case a record, a failure where it differs. */
export function junitXml(
  results: readonly RecordReplay[],
  run: { readonly library: string; readonly startedAtEpochMs: number; readonly tookMs: number },
): string {
  const having = (status: RecordReplay['status']) => results.filter((result) => result.status === status).length;
  const counts = { tests: results.length, failures: having('differs') + having('partly'), errors: having('error'), time: seconds(run.tookMs) };
  const timestamp = new Date(run.startedAtEpochMs).toISOString().slice(0, 19);
  const versions = [...new Set(results.map(({ worker }) => `${worker.softwareVersion} (${worker.runtime})`))].sort();
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'pedicle replay', ...counts })}>`,
    `  <testsuite${attributes({ name: run.library, ...counts, skipped: having('not-run'), timestamp })}>`,
    '    <properties>',
    ...versions.map((value) => `      <property name="replayed-by"${attributes({ value })}/>`),
    '    </properties>',
    ...results.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
