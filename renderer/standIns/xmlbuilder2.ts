/** Stands in for `xmlbuilder2` in the page: Cornerstone3D brings a reader of surfaces in XML, and with it a whole document model, and nothing here has surfaces. */
export function create(): never {
  throw new Error('the page reads no XML');
}
