import { inputFault, ok, type Result } from '../../src/base/result.ts';

/** A source URI taken apart: `scheme:target?key=value&key=value`. */
export interface SourceUri {
  readonly scheme: string;
  /** A path, a scenario, a port, …: what stands between the scheme and the question mark; may be empty (`none:`). */
  readonly target: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Takes a source URI apart. A question mark belongs to the target when what follows it is no list of `key=value`, so
 * that file names may hold one; percent codes are resolved in the query only.
 */
export function parseSourceUri(uri: string): Result<SourceUri> {
  const parts = /^([a-z][a-z0-9+-]*):(.*)$/is.exec(uri);
  const [, scheme, rest] = parts ?? [];
  // A single letter before the colon is a drive, not a scheme.
  if (scheme === undefined || rest === undefined || scheme.length === 1)
    return inputFault(`"${uri}" is no source: write SCHEME:TARGET, for example sim:kyphoplasty, dicom:FILE or record:FOLDER.`);
  const mark = rest.lastIndexOf('?');
  const tail = mark < 0 ? '' : rest.slice(mark + 1);
  const isQuery = mark >= 0 && /^([\w-]+=[^&]*(&|$))*$/.test(tail);
  if (!isQuery) return ok({ scheme: scheme.toLowerCase(), target: rest, query: {} });
  const query = Object.fromEntries(new URLSearchParams(tail.replaceAll('+', '%2B')));
  return ok({ scheme: scheme.toLowerCase(), target: rest.slice(0, mark), query });
}
