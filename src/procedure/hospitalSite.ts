import { z } from 'zod';

/** An application entity title: up to 16 characters of the default repertoire, no backslash (PS3.5 table 6.2-1). */
const aeTitle = z
  .string()
  .regex(/^[\x20-\x5b\x5d-\x7e]{1,16}$/, 'an AE title has 1 to 16 characters and no backslash')
  .refine((title) => title.trim() !== '', 'an AE title is not blank');
const host = z.string().min(1).max(255);
const port = z.int().min(1).max(65535);
const file = z.string().min(1).max(4096);
const name = z.string().min(1).max(64);

/** Files in PEM form: authorities that peers' certificates are checked against, and what we show ourselves. */
const tlsSchema = z
  .strictObject({ ca: file.optional(), cert: file.optional(), key: file.optional() })
  .refine((tls) => (tls.cert === undefined) === (tls.key === undefined), { message: 'cert and key go together' });
export type TlsFiles = z.infer<typeof tlsSchema>;

const peer = { host, port, ae: aeTitle, tls: z.union([z.literal(true), tlsSchema]).optional() };
const peerSchema = z.strictObject(peer);
/** A DICOM application elsewhere. `tls: true` uses the hospital's files. */
export type DicomPeer = z.infer<typeof peerSchema>;

/** An archive spoken to by DIMSE. `commitment`: the archive itself unless another application answers for it, or `none`. */
const dimseArchiveSchema = z.strictObject({ name, ...peer, commitment: z.union([z.literal('none'), peerSchema]).optional() });
/** An archive spoken to by DICOMweb; `stow` is the service's base address, as in `https://archive/dicom-web`. */
const webArchiveSchema = z.strictObject({
  name,
  stow: z.url({ protocol: /^https?$/, message: 'an http or https address' }),
  tls: tlsSchema.optional(),
  /** File whose one line is the `Authorization` header's value: a secret does not belong in this file, which goes into every record. */
  authorizationFile: file.optional(),
});
const archiveSchema = z.union([dimseArchiveSchema, webArchiveSchema], {
  error: 'an archive has name, host, port and ae, or name and stow; nothing else but its options',
});
export type Archive = z.infer<typeof archiveSchema>;
export type DimseArchive = z.infer<typeof dimseArchiveSchema>;
export type WebArchive = z.infer<typeof webArchiveSchema>;

/** The hospital's systems. What is absent is not there, and the console says so where it would be used. */
export const hospitalSiteSchema = z
  .strictObject({
    /** Who we are towards all of them, and where they may call us back (storage commitment, prior images). */
    station: z
      .strictObject({
        ae: aeTitle.optional(),
        name: z.string().min(1).max(16).optional(),
        port: port.optional(),
        /** This machine alone unless said otherwise. */
        bind: host.optional(),
      })
      .optional(),
    tls: tlsSchema.optional(),
    /** The first one is meant when none is named. */
    archives: z.array(archiveSchema).max(16).optional(),
    worklist: z.strictObject({ ...peer, modality: z.string().min(1).max(16).optional(), scheduledStationAe: aeTitle.optional() }).optional(),
    mpps: peerSchema.optional(),
    /** Where what is to be sent waits; `Pedicle/outbox` in the home folder unless said. */
    outboxFolder: file.optional(),
  })
  .refine((hospital) => new Set(hospital.archives?.map((archive) => archive.name)).size === (hospital.archives?.length ?? 0), {
    message: 'two archives have the same name',
    path: ['archives'],
  });
export type HospitalSite = z.infer<typeof hospitalSiteSchema>;

export const isWebArchive = (archive: Archive): archive is WebArchive => 'stow' in archive;
