import { openRecordReader } from '../native-bridge/record/reader.ts';
import type { Sample } from '../src/sample/sample.ts';

/** All samples of a record in its order; fails the test when the record cannot be opened or ends before it should. */
export async function readSamples(folder: string, options: { readonly frames?: boolean } = {}): Promise<Sample[]> {
  const opened = await openRecordReader(folder);
  if (!opened.ok) throw new Error(opened.fault.message);
  const samples: Sample[] = [];
  for await (const sample of opened.value.samples(options)) samples.push(sample);
  const cut = opened.value.cut();
  await opened.value.close();
  if (cut !== null) throw new Error(`${folder} was read only in part: ${JSON.stringify(cut)}`);
  return samples;
}
