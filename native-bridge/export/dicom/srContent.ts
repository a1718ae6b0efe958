import { decimalString } from './file.ts';

/** A coded concept, as an item of a code sequence. */
export interface Code {
  readonly CodeValue: string;
  readonly CodingSchemeDesignator: string;
  readonly CodingSchemeVersion?: string;
  readonly CodeMeaning: string;
}

export const dcm = (value: string, meaning: string): Code => ({ CodeValue: value, CodingSchemeDesignator: 'DCM', CodeMeaning: meaning });
/** Units of measurement (UCUM). */
export const ucum = (unit: string, meaning: string): Code => ({
  CodeValue: unit,
  CodingSchemeDesignator: 'UCUM',
  CodingSchemeVersion: '1.4',
  CodeMeaning: meaning,
});
/** Concepts that the standard does not have: cement and bone balloons. The scheme is private, and declared in each instance. */
export const privateCode = (value: string, meaning: string): Code => ({ CodeValue: value, CodingSchemeDesignator: '99PEDICLE', CodeMeaning: meaning });

/** PS3.3 C.12.1: what the private scheme is. */
export const codingSchemes = [
  { CodingSchemeDesignator: '99PEDICLE', CodingSchemeName: 'Pedicle vertebral augmentation', CodingSchemeResponsibleOrganization: 'Pedicle project' },
];

/** An image or presentation state, for references. */
export interface ImageReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** From 1; absent: all of it. */
  readonly frameNumber?: number;
}

/** The value of a content item. */
export type ContentValue =
  | { readonly code: Code }
  | { readonly text: string }
  | { readonly uid: string }
  | { readonly dateTime: string }
  | { readonly number: number; readonly unit: Code };

export type Relationship = 'HAS OBS CONTEXT' | 'HAS ACQ CONTEXT' | 'CONTAINS' | 'HAS PROPERTIES';
export type ContentItem = Readonly<Record<string, unknown>>;

export function item(relationship: Relationship, concept: Code, value: ContentValue, children: readonly ContentItem[] = []): ContentItem {
  return {
    RelationshipType: relationship,
    ...valueAttributes(value),
    ConceptNameCodeSequence: [concept],
    ...(children.length > 0 ? { ContentSequence: children } : {}),
  };
}

function valueAttributes(value: ContentValue): object {
  if ('code' in value) return { ValueType: 'CODE', ConceptCodeSequence: [value.code] };
  if ('text' in value) return { ValueType: 'TEXT', TextValue: value.text.trim() || '-' };
  if ('dateTime' in value) return { ValueType: 'DATETIME', DateTime: value.dateTime };
  if ('uid' in value) return { ValueType: 'UIDREF', UID: value.uid };
  return { ValueType: 'NUM', MeasuredValueSequence: [{ NumericValue: decimalString(value.number), MeasurementUnitsCodeSequence: [value.unit] }] };
}

/** PS3.3 table 10-3: an instance, and the frame of it. */
export const referenceItem = ({ sopClassUid, sopInstanceUid, frameNumber }: ImageReference): object => ({
  ReferencedSOPClassUID: sopClassUid,
  ReferencedSOPInstanceUID: sopInstanceUid,
  ...(frameNumber === undefined ? {} : { ReferencedFrameNumber: [String(frameNumber)] }),
});
