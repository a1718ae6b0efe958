import { z } from 'zod';
import { injectorSiteSchema } from '../injector/settings.ts';

/** site.json, version 1: what a site chooses once. Every part may be absent. */
export const siteSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().max(200).optional(),
  display: z.strictObject({ pressureUnit: z.enum(['psi', 'atm', 'bar', 'kPa']).optional() }).optional(),
  /** Where records go when the command line does not say. */
  recordsFolder: z.string().min(1).optional(),
  /** Text lines of simple injectors, cement products, room temperature. */
  injector: injectorSiteSchema.optional(),
});
export type Site = z.infer<typeof siteSchema>;

export const defaultSite: Site = { version: 1 };
