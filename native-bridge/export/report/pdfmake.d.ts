/** The little of pdfmake that is used here. */
declare module 'pdfmake' {
  export type Content = string | { readonly [key: string]: unknown } | readonly Content[];
  export interface DocumentDefinition {
    readonly [key: string]: unknown;
    readonly content: readonly Content[];
  }
  interface PdfMake {
    setFonts(fonts: Readonly<Record<string, Readonly<Record<'normal' | 'bold' | 'italics' | 'bolditalics', string>>>>): void;
    setUrlAccessPolicy(allowed: (url: string) => boolean): void;
    setLocalAccessPolicy(allowed: (path: string) => boolean): void;
    createPdf(definition: DocumentDefinition): { getBuffer(): Promise<Uint8Array> };
  }
  const pdfmake: PdfMake;
  export default pdfmake;
}
