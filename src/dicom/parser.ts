import * as imported from 'dicom-parser';

type Parser = typeof imported;
// It is CommonJS: Node has its functions under `default`, bundlers have them by name.
const { default: whole } = imported as Parser & { readonly default?: Parser };

/** The element reader that the rest of this folder stands on. */
export const { ByteStream, bigEndianByteArrayParser, littleEndianByteArrayParser, readDicomElementExplicit, readDicomElementImplicit } = whole ?? imported;
