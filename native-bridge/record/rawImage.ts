import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor.js';

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

/** Schema data of the channel: a serialised `FileDescriptorSet` with `foxglove.RawImage` and what it needs. */
export function rawImageDescriptorSet(): Uint8Array {
  const file = [
    {
      name: 'google/protobuf/timestamp.proto',
      package: 'google.protobuf',
      syntax: 'proto3',
      messageType: [
        {
          name: 'Timestamp',
          field: [
            { name: 'seconds', number: 1, label: optional, type: fieldType.int64 },
            { name: 'nanos', number: 2, label: optional, type: fieldType.int32 },
          ],
        },
      ],
    },
    {
      name: 'foxglove/RawImage.proto',
      package: 'foxglove',
      syntax: 'proto3',
      dependency: ['google/protobuf/timestamp.proto'],
      messageType: [
        {
          name: 'RawImage',
          field: [
            { name: 'timestamp', number: 1, label: optional, type: fieldType.message, typeName: '.google.protobuf.Timestamp' },
            { name: 'frame_id', number: 7, label: optional, type: fieldType.string },
            { name: 'width', number: 2, label: optional, type: fieldType.fixed32 },
            { name: 'height', number: 3, label: optional, type: fieldType.fixed32 },
            { name: 'encoding', number: 4, label: optional, type: fieldType.string },
            { name: 'step', number: 5, label: optional, type: fieldType.fixed32 },
            { name: 'data', number: 6, label: optional, type: fieldType.bytes },
          ],
        },
      ],
    },
  ];
  return descriptor.FileDescriptorSet.encode(descriptor.FileDescriptorSet.create({ file })).finish();
}
