import { z } from 'zod';
import { injectorSiteSchema } from '../injector/settings.ts';
import { displaySiteSchema } from './displaySite.ts';
import { hospitalSiteSchema } from './hospitalSite.ts';
import { stageSchema } from './operatorEvent.ts';
import { limitsSchema } from './plan.ts';

const uri = z.string().min(1).max(4096);
const pixel = z.number().int().min(0).max(65535);
const words = z.string().min(1).max(200);

/** site.json, version 1: what a site chooses once. Every part may be absent. */
export const siteSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().max(200).optional(),
  display: displaySiteSchema.optional(),
  /** What the console reads when the command line names nothing; a simulated procedure when neither does. */
  sources: z.strictObject({ framesA: uri.optional(), framesB: uri.optional(), injector: uri.optional(), injector2: uri.optional() }).optional(),
  /** `dicom-receive:?port=…&folder=…`: a storage port that stands open beside these sources, for runs as references or to be played. */
  storagePort: uri.optional(),
  /** Limits of plans that give none of their own. */
  limits: limitsSchema.optional(),
  /** What is ticked off before a stage is left. */
  checklists: z.partialRecord(stageSchema, z.array(words).max(20)).optional(),
  /** Balloons, cannulas and other devices of this site, to be picked rather than typed; cements are the injector's. */
  devices: z
    .array(z.strictObject({ name: words, kind: z.enum(['balloon', 'cannula', 'needle', 'other']) }))
    .max(200)
    .optional(),
  /** Keys of the console's actions by the action's name; an action that is absent keeps its own. `Space` and `Enter` are keys. */
  shortcuts: z.record(z.string().max(32), z.string().min(1).max(16)).optional(),
  /** Folder of prior images (CT, MR, radiographs) beside the live picture. */
  priorImagesFolder: z.string().min(1).max(4096).optional(),
  /** Parts of a plane's pictures with names burned in, blacked out when an export must not say whose record it is. */
  deidentification: z
    .strictObject({
      masks: z
        .array(z.strictObject({ plane: z.enum(['a', 'b']), xImagePx: pixel, yImagePx: pixel, widthPx: pixel, heightPx: pixel }))
        .max(50)
        .optional(),
    })
    .optional(),
  /** Where records go when the command line does not say. */
  recordsFolder: z.string().min(1).optional(),
  /** Text lines of simple injectors, cement products, room temperature. */
  injector: injectorSiteSchema.optional(),
  /** Newer versions of Pedicle are looked for at this address and nowhere else; without it, never. */
  updates: z.strictObject({ feed: z.url({ protocol: /^https$/ }).max(2048) }).optional(),
  /** Who may do what, and how records lie on the disk. */
  protection: z
    .strictObject({
      /** New records are encrypted; without a passphrase or key store none is begun. */
      encryptRecords: z.boolean().optional(),
      /** People sign in; see `pedicle user`. Off on a workstation with one user. */
      signIn: z.boolean().optional(),
      /** Minutes without anything asked for, after which the person is signed out. */
      lockAfterMinutes: z.number().min(1).max(1440).optional(),
    })
    .optional(),
  /** Archives, worklist and performed steps. */
  hospital: hospitalSiteSchema.optional(),
});
export type Site = z.infer<typeof siteSchema>;

export const defaultSite: Site = { version: 1 };
