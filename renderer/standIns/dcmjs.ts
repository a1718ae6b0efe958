/**
 * Stands in for `dcmjs` in the page. Cornerstone3D loads it, twice, to read DICOM objects; here the bridge reads them and the page is
 * given pixels. With its dictionaries it was a third of what a browser has to read before the first picture. What Cornerstone takes from it
 * while it loads is here, without content, and its log, of which errors are kept.
 */
interface Logger {
  getLogger(name: string): Logger;
  setLevel(): void;
  trace(): void;
  debug(): void;
  info(): void;
  warn(): void;
  error(...words: readonly unknown[]): void;
}

const nothing = (): void => undefined;

const loggerOf = (name: string): Logger => ({
  getLogger: (part) => loggerOf(part),
  setLevel: nothing,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (...words) => console.error(`${name}:`, ...words),
});

export const log = loggerOf('cornerstone');

/** Transfer syntaxes by their names there (PS3.6 A). */
export const constants = {
  IMPLICIT_LITTLE_ENDIAN: '1.2.840.10008.1.2',
  EXPLICIT_LITTLE_ENDIAN: '1.2.840.10008.1.2.1',
  DEFLATED_EXPLICIT_LITTLE_ENDIAN: '1.2.840.10008.1.2.1.99',
  EXPLICIT_BIG_ENDIAN: '1.2.840.10008.1.2.2',
};

/**
 * Whatever is written as a keyword is one: while it loads, Cornerstone checks the rules by which it would sort files against the
 * dictionary, and its own names, which begin with a small letter, must not be in it.
 */
const entry = { tag: '(0000,0000)' };
const isKeyword = (name: string | symbol): boolean => typeof name === 'string' && /^[A-Z]/.test(name);
const nameMap = new Proxy<Record<string, typeof entry>>(
  {},
  {
    get: (_, name) => (isKeyword(name) ? entry : undefined),
    getOwnPropertyDescriptor: (_, name) => (isKeyword(name) ? { value: entry, configurable: true, enumerable: true, writable: true } : undefined),
  },
);

class NotInThePage {
  constructor() {
    throw new Error('the page reads no DICOM objects: the bridge does');
  }
}

export default {
  log,
  constants,
  data: { DicomMetaDictionary: { dictionary: {}, nameMap } },
  utilities: { DicomMetadataListener: NotInThePage },
  async: { AsyncDicomReader: NotInThePage },
};
