import { z } from 'zod';

/** Both planes alike, one large with the other small, or the live pictures with their last images or references beside them. */
export const pictureLayoutSchema = z.enum(['even', 'a', 'b', 'last', 'reference']);
export type PictureLayout = z.infer<typeof pictureLayoutSchema>;
export const pictureLayouts = pictureLayoutSchema.options;

/** The displays of a site: which one shows what, how pictures are laid out before anybody chooses, in what unit pressure is shown. */
export const displaySiteSchema = z.strictObject({
  pressureUnit: z.enum(['psi', 'atm', 'bar', 'kPa']).optional(),
  /** Of the console's pictures; `even` when absent. */
  layout: pictureLayoutSchema.optional(),
  /** Of the second window with the pictures alone; `even` when absent. */
  picturesLayout: pictureLayoutSchema.optional(),
  /** The display that the console opens on: the system's primary one or another; where it stood last when absent. */
  consoleOn: z.enum(['primary', 'other']).optional(),
  /** Whether the pictures open on a second display together with the console; as they were left when absent. */
  pictures: z.enum(['open', 'closed']).optional(),
  /** Nothing but the console on its display: full screen, no menu. */
  kiosk: z.boolean().optional(),
});
