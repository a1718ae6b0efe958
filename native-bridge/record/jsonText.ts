/**
 * JSON that reads back as the very same value: like `JSON.stringify`, but −0 stays −0 (`JSON.stringify` makes it 0, and a
 * replay would then fold another number than the session did). A number that JSON cannot hold becomes null and is reported.
 */
export function exactJson(value: unknown, onNotANumber: (path: string) => void): string {
  return needsCare(value) ? careful(value, '', onNotANumber) : JSON.stringify(value);
}

function needsCare(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value) || Object.is(value, -0);
  if (Array.isArray(value)) return value.some(needsCare);
  if (value !== null && typeof value === 'object') {
    for (const key in value) if (needsCare((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}

function careful(value: unknown, path: string, onNotANumber: (path: string) => void): string {
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0';
    if (!Number.isFinite(value)) onNotANumber(path);
    return Number.isFinite(value) ? String(value) : 'null';
  }
  if (Array.isArray(value)) return `[${value.map((item, index) => careful(item ?? null, `${path}/${index}`, onNotANumber)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${careful(field, `${path}/${key}`, onNotANumber)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}
