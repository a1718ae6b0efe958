/**
 * Decodes texts of the character sets of PS3.3 C.12.1.1.2, with code extensions (ISO 2022 escape sequences). What cannot be
 * decoded becomes U+FFFD; nothing throws.
 */
interface CodeElement {
  /** A label of the Encoding Standard. */
  readonly label: string;
  /** How this element's bytes become those that the label's decoder expects; as they are when absent. */
  readonly remap?: (bytes: Uint8Array) => Uint8Array;
}

const single = (label: string): CodeElement => ({ label });
/** JIS X 0212 in EUC: each two-byte character behind a single shift. */
const behindShift = (bytes: Uint8Array): Uint8Array => {
  const out: number[] = [];
  for (let at = 0; at + 1 < bytes.length; at += 2) out.push(0x8f, (bytes[at] ?? 0) | 0x80, (bytes[at + 1] ?? 0) | 0x80);
  return Uint8Array.from(out);
};
const highBits = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte | 0x80);

/** By defined term, `ISO_IR n` and `ISO 2022 IR n` alike. */
const byTerm: Readonly<Record<string, CodeElement>> = {
  '6': single('windows-1252'),
  '100': single('windows-1252'),
  '101': single('iso-8859-2'),
  '109': single('iso-8859-3'),
  '110': single('iso-8859-4'),
  '144': single('iso-8859-5'),
  '127': single('iso-8859-6'),
  '126': single('iso-8859-7'),
  '138': single('iso-8859-8'),
  '148': single('windows-1254'),
  '203': single('iso-8859-15'),
  '166': single('windows-874'),
  '13': single('shift_jis'),
  '87': single('euc-jp'),
  '149': single('euc-kr'),
  '58': single('gb18030'),
  '192': single('utf-8'),
};

/** By what follows ESC (PS3.3 tables C.12-3 and C.12-4); `g1`: in the upper half. */
const byEscape: readonly { readonly sequence: string; readonly element: CodeElement; readonly g1?: true; readonly wide?: true }[] = [
  { sequence: '(B', element: single('windows-1252') },
  { sequence: '(J', element: single('windows-1252') },
  { sequence: ')I', element: single('shift_jis'), g1: true },
  { sequence: '-A', element: single('windows-1252'), g1: true },
  { sequence: '-B', element: single('iso-8859-2'), g1: true },
  { sequence: '-C', element: single('iso-8859-3'), g1: true },
  { sequence: '-D', element: single('iso-8859-4'), g1: true },
  { sequence: '-L', element: single('iso-8859-5'), g1: true },
  { sequence: '-G', element: single('iso-8859-6'), g1: true },
  { sequence: '-F', element: single('iso-8859-7'), g1: true },
  { sequence: '-H', element: single('iso-8859-8'), g1: true },
  { sequence: '-M', element: single('windows-1254'), g1: true },
  { sequence: '-b', element: single('iso-8859-15'), g1: true },
  { sequence: '-T', element: single('windows-874'), g1: true },
  { sequence: '$)C', element: single('euc-kr'), g1: true },
  { sequence: '$)A', element: single('gb18030'), g1: true },
  { sequence: '$B', element: { label: 'euc-jp', remap: highBits }, wide: true },
  { sequence: '$@', element: { label: 'euc-jp', remap: highBits }, wide: true },
  { sequence: '$(D', element: { label: 'euc-jp', remap: behindShift }, wide: true },
];

const termOf = (term: string): string => term.trim().replace(/^ISO_IR\s*|^ISO 2022 IR\s*/i, '');
const decode = ({ label, remap }: CodeElement, bytes: Uint8Array): string => new TextDecoder(label).decode(remap ? remap(bytes) : bytes);

/** `characterSet` is (0008,0005) as it stands, values parted by a backslash; null for the default repertoire. */
export function decodeText(bytes: Uint8Array, characterSet: string | null): string {
  const terms = (characterSet ?? '').split('\\');
  const first = (terms[0] ?? '').trim();
  if (/^(GB18030|GBK)$/i.test(first)) return decode(single('gb18030'), bytes);
  const initial = byTerm[termOf(first === '' ? 'ISO_IR 6' : first)] ?? single('windows-1252');
  return bytes.includes(0x1b) ? decodeExtended(bytes, initial) : decode(initial, bytes);
}

/** Delimiters after which the sets of the first value are in force again (PS3.5 6.1.2.5.3). */
const delimiters: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x3d, 0x5c, 0x5e]);

function decodeExtended(bytes: Uint8Array, initial: CodeElement): string {
  let text = '';
  let upper = initial;
  let wide: CodeElement | null = null;
  let from = 0;
  const flush = (to: number) => {
    if (to > from) text += decode(wide ?? upper, bytes.subarray(from, to));
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x1b) {
      const rest = String.fromCharCode(...bytes.subarray(at + 1, at + 4));
      const found = byEscape.find(({ sequence }) => rest.startsWith(sequence));
      flush(at);
      from = at + 1 + (found?.sequence.length ?? 0);
      at = from - 1;
      if (found?.g1) upper = found.element;
      wide = found?.wide ? found.element : found?.g1 ? wide : null;
    } else if (wide === null && delimiters.has(byte)) {
      flush(at);
      from = at;
      upper = initial;
    }
  }
  flush(bytes.length);
  return text;
}
