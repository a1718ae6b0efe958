import type { Channel, Schema } from '@mcap/core';
import { type PlaneId, rawTopics } from '../../src/sample/sample.ts';
import { plottableJsonSchema } from './plottableSchema.ts';
import { rawImageDescriptorSet } from './rawImage.ts';
import { type TelemetryTopic, telemetrySchemas } from './schemas.ts';

/**
 * Channel ids of `telemetry.mcap`, format version 1. They are fixed, so that a chunk can be read even when the start of its
 * file is damaged. Never renumber; new topics go at the end.
 */
const telemetryTopics: readonly TelemetryTopic[] = [
  '/operator',
  '/injector/bytes',
  '/plane/a/attributes',
  '/plane/b/attributes',
  '/device',
  '/gap',
  '/tick',
  '/injector/reading',
  '/injector/state',
  '/plane/a/needle',
  '/plane/b/needle',
  '/plane/a/cement',
  '/plane/b/cement',
  '/guidance/pose',
  '/alarm',
  '/procedure',
  '/plane/a/vertebra',
  '/plane/b/vertebra',
];

const idOfTopic = new Map<string, number>(telemetryTopics.map((topic, index) => [topic, index + 1]));

export const telemetryChannelId = (topic: TelemetryTopic): number => idOfTopic.get(topic) ?? 0;
export const telemetryTopicOf = (channelId: number): TelemetryTopic | null => telemetryTopics[channelId - 1] ?? null;

export const knownTelemetryTopic = (topic: string): TelemetryTopic | null => telemetryTopics.find((known) => known === topic) ?? null;

const raw = new Set<string>([...rawTopics, '/plane/a/attributes', '/plane/b/attributes']);
/** Whether messages of this topic are raw: they count the ingest sequence. */
export const isRawTopic = (topic: TelemetryTopic): boolean => raw.has(topic);

export const attributesTopic = (plane: PlaneId): TelemetryTopic => (plane === 'a' ? '/plane/a/attributes' : '/plane/b/attributes');

export function planeOfAttributes(topic: TelemetryTopic): PlaneId | null {
  return topic === '/plane/a/attributes' ? 'a' : topic === '/plane/b/attributes' ? 'b' : null;
}

/** The two channels of a plane's file: each chunk holds one frame's attributes and its picture. */
export const frameChannelId = 1;
export const frameAttributesChannelId = 2;

interface ChannelAndSchema {
  readonly channel: Omit<Channel, 'metadata'>;
  readonly schema: Schema;
}

/** All channels of telemetry: made before a record begins, as making a schema takes time that the first samples do not have. */
export function telemetryChannels(): ReadonlyMap<TelemetryTopic, ChannelAndSchema> {
  return new Map(telemetryTopics.map((topic) => [topic, jsonChannel(topic, telemetryChannelId(topic))]));
}

export function frameChannels(plane: PlaneId): readonly ChannelAndSchema[] {
  const schema: Schema = { id: frameChannelId, name: 'foxglove.RawImage', encoding: 'protobuf', data: rawImageDescriptorSet() };
  const frames = { channel: { id: frameChannelId, schemaId: schema.id, topic: `/plane/${plane}/frame`, messageEncoding: 'protobuf' }, schema };
  return [frames, jsonChannel(attributesTopic(plane), frameAttributesChannelId)];
}

function jsonChannel(topic: TelemetryTopic, id: number): ChannelAndSchema {
  const data = new TextEncoder().encode(JSON.stringify(plottableJsonSchema(telemetrySchemas[topic])));
  const name = `pedicle.${topic.replace(/^\/(plane\/[ab]\/)?/, '').replaceAll('/', '.')}`;
  return { channel: { id, schemaId: id, topic, messageEncoding: 'json' }, schema: { id, name, encoding: 'jsonschema', data } };
}
