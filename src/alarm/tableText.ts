import { alarmTable } from './table.ts';

/** The alarm table as it stands in docs/alarms.md; a test holds the page to it. */
export function alarmTableMarkdown(): string {
  const delay = (delayMs: number) => (delayMs === 0 ? 'none' : `${delayMs} ms`);
  const rows = alarmTable.map((rule) =>
    [`\`${rule.condition}\``, rule.priority, rule.when, rule.limit, delay(rule.delayMs), rule.latching ? 'yes' : 'no', rule.message, rule.advice].join(' | '),
  );
  return [
    '| condition | priority | true when | limit | delay | latching | message | what to do |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}
