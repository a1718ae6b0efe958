/** The little of dcmjs that is used here; it has no types of its own. */
declare module 'dcmjs' {
  type Dict = Record<string, { readonly vr: string; readonly Value: readonly unknown[] }>;
  export const data: {
    readonly DicomMetaDictionary: { denaturalizeDataset(dataset: object): Dict };
    readonly DicomDict: new (meta: Dict) => { dict: Dict; write(options?: object): ArrayBuffer };
  };
  const dcmjs: { readonly data: typeof data };
  export default dcmjs;
}
