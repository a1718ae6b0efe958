// The writer alone: all of the library, which reads schemas too, took as long to load as the rest of the record.
import protobuf from 'protobufjs/minimal.js';

/**
 * Frames as `foxglove.RawImage` in protobuf, so that Foxglove and Lichtblick show them as they are. Field numbers from
 * the published schema: timestamp 1, width 2, height 3, encoding 4, step 5, data 6, frame_id 7. The pixels are written
 * last (protobuf leaves the order of fields to the writer), so that they need not be copied behind the rest.
 */
export interface RawImageHead {
  readonly logTimeNs: bigint;
  readonly frameId: string;
  readonly width: number;
  readonly height: number;
  readonly bytesPerPixel: 1 | 2;
}

const nsPerSecond = 1_000_000_000n;
const bytesField = (6 << 3) | 2;

/** The message up to its pixels, `width · height · bytesPerPixel` bytes of which follow. */
export function encodeRawImageFields(head: RawImageHead): Uint8Array {
  const writer = protobuf.Writer.create();
  writer.uint32((1 << 3) | 2).fork();
  writer.uint32(1 << 3).int64(Number(head.logTimeNs / nsPerSecond));
  writer.uint32(2 << 3).int32(Number(head.logTimeNs % nsPerSecond));
  writer.ldelim();
  writer.uint32((7 << 3) | 2).string(head.frameId);
  writer.uint32((2 << 3) | 5).fixed32(head.width);
  writer.uint32((3 << 3) | 5).fixed32(head.height);
  writer.uint32((4 << 3) | 2).string(head.bytesPerPixel === 1 ? 'mono8' : 'mono16');
  writer.uint32((5 << 3) | 5).fixed32(head.width * head.bytesPerPixel);
  writer.uint32(bytesField).uint32(pixelBytes(head));
  return writer.finish();
}

export const pixelBytes = (head: Pick<RawImageHead, 'width' | 'height' | 'bytesPerPixel'>): number => head.width * head.height * head.bytesPerPixel;

/** The pixels in a message made of this head; `null` when it is anything else, down to one byte. */
export function rawImagePixels(message: Uint8Array, head: RawImageHead): Uint8Array | null {
  const fields = encodeRawImageFields(head);
  if (fields.length + pixelBytes(head) !== message.length) return null;
  if (Buffer.compare(fields, message.subarray(0, fields.length)) !== 0) return null;
  return message.subarray(fields.length);
}

/** `FieldDescriptorProto.Label.LABEL_OPTIONAL` and the `Type` numbers of descriptor.proto. */
const optional = 1;
const fieldType = { int64: 3, int32: 5, fixed32: 7, string: 9, message: 11, bytes: 12 } as const;

interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: keyof typeof fieldType;
  readonly typeName?: string;
}

interface SchemaFile {
  readonly name: string;
  readonly package: string;
  readonly dependency?: string;
  readonly message: string;
  readonly fields: readonly Field[];
}

const files: readonly SchemaFile[] = [
  {
    name: 'google/protobuf/timestamp.proto',
    package: 'google.protobuf',
    message: 'Timestamp',
    fields: [
      { name: 'seconds', number: 1, type: 'int64' },
      { name: 'nanos', number: 2, type: 'int32' },
    ],
  },
  {
    name: 'foxglove/RawImage.proto',
    package: 'foxglove',
    dependency: 'google/protobuf/timestamp.proto',
    message: 'RawImage',
    fields: [
      { name: 'timestamp', number: 1, type: 'message', typeName: '.google.protobuf.Timestamp' },
      { name: 'frame_id', number: 7, type: 'string' },
      { name: 'width', number: 2, type: 'fixed32' },
      { name: 'height', number: 3, type: 'fixed32' },
      { name: 'encoding', number: 4, type: 'string' },
      { name: 'step', number: 5, type: 'fixed32' },
      { name: 'data', number: 6, type: 'bytes' },
    ],
  },
];

const text = (writer: protobuf.Writer, field: number, value: string) => writer.uint32((field << 3) | 2).string(value);
const number = (writer: protobuf.Writer, field: number, value: number) => writer.uint32(field << 3).int32(value);
const within = (writer: protobuf.Writer, field: number, write: () => void): void => {
  writer.uint32((field << 3) | 2).fork();
  write();
  writer.ldelim();
};

/** `FieldDescriptorProto`: name 1, number 3, label 4, type 5, type_name 6. */
function writeField(writer: protobuf.Writer, { name, number: id, type, typeName }: Field): void {
  text(writer, 1, name);
  number(writer, 3, id);
  number(writer, 4, optional);
  number(writer, 5, fieldType[type]);
  if (typeName !== undefined) text(writer, 6, typeName);
}

/** `FileDescriptorProto`: name 1, package 2, dependency 3, message_type 4, syntax 12. */
function writeFile(writer: protobuf.Writer, file: SchemaFile): void {
  text(writer, 1, file.name);
  text(writer, 2, file.package);
  if (file.dependency !== undefined) text(writer, 3, file.dependency);
  // `DescriptorProto`: name 1, field 2.
  within(writer, 4, () => {
    text(writer, 1, file.message);
    for (const field of file.fields) within(writer, 2, () => writeField(writer, field));
  });
  text(writer, 12, 'proto3');
}

/** Schema data of the channel: a serialised `FileDescriptorSet` (file 1) with `foxglove.RawImage` and what it needs. */
export function rawImageDescriptorSet(): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const file of files) within(writer, 1, () => writeFile(writer, file));
  return writer.finish();
}
