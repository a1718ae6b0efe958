/** Cornerstone3D is a chunk of its own, so that the page itself is there sooner. */
export const loadPicture = () => import('./picture.ts');

/** Fetches that chunk and chooses how to draw as soon as the page stands, rather than when the first frame is there to be drawn. */
export async function preparePictures(): Promise<void> {
  const { prepareDrawing } = await loadPicture();
  prepareDrawing();
}
