import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { inputFault, ok, type Result } from '../../src/base/result.ts';
import { type OperatorEvent, operatorEventSchema } from '../../src/procedure/operatorEvent.ts';
import { type Plan, planSchema } from '../../src/procedure/plan.ts';
import type { Source, SourceEvent } from './source.ts';

const scriptSchema = z.array(z.strictObject({ atMs: z.number().nonnegative(), event: operatorEventSchema }));

/** Where in a file something is wrong, in words: `planes.a.vertebralBody: …`. */
function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'it does not fit the format';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}

/** A JSON file checked by a schema; the fault names the file, the field and what is wrong with it. */
export async function readJsonFile<T>(what: string, path: string, schema: z.ZodType<T>): Promise<Result<T>> {
  const json = await readJson(what, path);
  return json.ok ? fitting(what, path, json.value, schema) : json;
}

/** Once: what a shell hands over as a pipe (`--plan <(…)`) is gone when it has been read. */
async function readJson(what: string, path: string): Promise<Result<unknown>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return inputFault(
      code === 'ENOENT'
        ? `The ${what} ${path} does not exist; check the path.`
        : `The ${what} ${path} cannot be read (${code}); check that it is a file you may read.`,
    );
  }
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return inputFault(`The ${what} ${path} is not JSON: ${error instanceof Error ? error.message : String(error)}. Correct it or leave it out.`);
  }
}

function fitting<T>(what: string, path: string, json: unknown, schema: z.ZodType<T>): Result<T> {
  const parsed = schema.safeParse(json);
  return parsed.success ? ok(parsed.data) : inputFault(`The ${what} ${path} does not fit its format at ${firstIssue(parsed.error)}. Correct that field.`);
}

/** plan.json; a newer version is refused by name. */
export async function readPlanFile(path: string): Promise<Result<Plan>> {
  const json = await readJson('plan', path);
  if (!json.ok) return json;
  const versioned = fitting('plan', path, json.value, z.looseObject({ version: z.number() }));
  if (!versioned.ok) return versioned;
  if (versioned.value.version > 1)
    return inputFault(`The plan ${path} has version ${versioned.value.version}, this program reads version 1; use the Pedicle that wrote it.`);
  return fitting('plan', path, json.value, planSchema);
}

/** Operator events on a timetable as a source. */
export function scriptedOperator(uri: string, simulated: boolean, script: readonly { readonly atMs: number; readonly event: OperatorEvent }[]): Source {
  const ordered = [...script].sort((a, b) => a.atMs - b.atMs);
  return {
    uri,
    pace: 'paced',
    simulated,
    isTimetable: true,
    async *events(signal): AsyncGenerator<SourceEvent> {
      for (const { atMs, event } of ordered) {
        if (signal.aborted) return;
        yield { topic: '/operator', data: event, atMs };
      }
    },
  };
}

/** `--script FILE`: a JSON list of `{ atMs, event }`. */
export async function readScriptFile(path: string): Promise<Result<Source>> {
  const script = await readJsonFile('script', path, scriptSchema);
  return script.ok ? ok(scriptedOperator(`script:${path}`, false, script.value)) : script;
}
