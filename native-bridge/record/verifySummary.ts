import { McapIndexedReader } from '@mcap/core';
import type { ByteFile } from './byteFile.ts';
import { viewOf } from './mcapFormat.ts';
import { contentOf, type FileRecord } from './mcapWalk.ts';

/**
 * What is wrong with the end of a finished file, from its data end on; `null` when nothing is. The stock reader looks at it as any
 * other program would: footer, magic, and the CRC over the summary.
 */
export async function summaryProblem(file: ByteFile, dataEnd: FileRecord): Promise<string | null> {
  const content = await contentOf(file, dataEnd);
  if (content.length !== 4 || viewOf(content).getUint32(0, true) !== 0) return 'its data end was changed';
  const readable = {
    size: async () => BigInt(file.size),
    read: async (offset: bigint, size: bigint) => (await file.read(Number(offset), Number(size))).slice(),
  };
  try {
    const reader = await McapIndexedReader.Initialize({ readable });
    return Number(reader.dataEndOffset) === dataEnd.offset ? null : 'its summary is not where its data ends';
  } catch (error) {
    // The stock reader throws on any inconsistency: here that is the answer.
    return `its summary is damaged (${error instanceof Error ? error.message : String(error)})`;
  }
}
