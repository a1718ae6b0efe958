import { z } from 'zod';

interface JsonSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly items?: JsonSchema | undefined;
  readonly prefixItems?: readonly JsonSchema[] | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly oneOf?: readonly JsonSchema[] | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
}

/**
 * A JSON schema in the narrow form that Foxglove and Lichtblick can plot from: one plain `type` for each field, no unions, no
 * arrays of arrays. What does not fit is left out of the schema (it is still in the messages and shown by their raw-message
 * views); a field that may be null has the type that it has otherwise.
 */
export function plottableJsonSchema(schema: z.ZodType): JsonSchema {
  const full = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
  return plain(full) ?? { type: 'object', properties: {} };
}

function plain(schema: JsonSchema): JsonSchema | null {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return plainAlternatives(alternatives.filter((alternative) => alternative.type !== 'null'));
  switch (typeOf(schema)) {
    case 'object':
      return { type: 'object', properties: plainProperties([schema]) };
    case 'array':
      return plainArray(schema);
    case 'string':
      return { type: 'string' };
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
    case 'number':
      return { type: 'number' };
    default:
      return null;
  }
}

function plainAlternatives(alternatives: readonly JsonSchema[]): JsonSchema | null {
  const [only, second] = alternatives;
  if (only && !second) return plain(only);
  if (alternatives.every((alternative) => alternative.type === 'object')) return { type: 'object', properties: plainProperties(alternatives) };
  return null;
}

/** The fields of all variants together; where two disagree on a type, the first one's. */
function plainProperties(variants: readonly JsonSchema[]): Record<string, JsonSchema> {
  const properties: Record<string, JsonSchema> = {};
  for (const variant of variants) {
    for (const [name, field] of Object.entries(variant.properties ?? {})) {
      const plainField = plain(field);
      if (plainField && !properties[name]) properties[name] = plainField;
    }
  }
  return properties;
}

function plainArray(schema: JsonSchema): JsonSchema | null {
  const item = plain(schema.prefixItems?.[0] ?? schema.items ?? {});
  return item && item.type !== 'array' ? { type: 'array', items: item } : null;
}

function typeOf(schema: JsonSchema): string | undefined {
  if (typeof schema.type === 'string') return schema.type;
  if (schema.type) return schema.type.find((name) => name !== 'null');
  const value = schema.const ?? schema.enum?.[0];
  return value === undefined ? undefined : typeof value;
}
