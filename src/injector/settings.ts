import { z } from 'zod';
import type { CementProduct } from './cementClock.ts';
import { compileLinePattern, defaultLineFormat, type LineFormat } from './lineFormat.ts';

/** What a site may say about its injectors and cements; the same settings belong to a record and its replay. */
export interface InjectorSettings {
  /** The text lines of devices with the `line` driver. */
  readonly line: LineFormat;
  readonly cements: readonly CementProduct[];
  readonly roomTemperatureC: number | null;
}

export const defaultInjectorSettings: InjectorSettings = { line: defaultLineFormat, cements: [], roomTemperatureC: null };

const minutes = z.number().positive().max(240);

const cementSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    /** Minutes after mixing, from the product's instructions for use. */
    opensAfterMin: minutes,
    closesAfterMin: minutes,
    setsAfterMin: minutes,
    /** The room temperature that these times are for. */
    atTemperatureC: z.number().min(5).max(45),
    /** Times are multiplied by this for each degree warmer. */
    timesPerDegree: z.number().min(0.8).max(1).default(0.95),
  })
  .refine((cement) => cement.opensAfterMin < cement.closesAfterMin && cement.closesAfterMin <= cement.setsAfterMin, {
    message: 'opensAfterMin, closesAfterMin and setsAfterMin must follow each other',
  });

const lineSchema = z.strictObject({
  pattern: z.string().superRefine((pattern, context) => {
    const compiled = compileLinePattern(pattern);
    if (!compiled.ok) context.addIssue({ code: 'custom', message: compiled.fault.message });
  }),
  mode: z.enum(['balloon', 'cement']).nullable().default(null),
  check: z.enum(['optional', 'required']).default('optional'),
  silentAfterMs: z.number().min(200).max(10_000).optional(),
});

/** The part of site.json that is about injectors and cements. */
export const injectorSiteSchema = z.strictObject({
  line: lineSchema.optional(),
  cements: z.array(cementSchema).max(100).optional(),
  roomTemperatureC: z.number().min(5).max(45).optional(),
});
export type InjectorSite = z.infer<typeof injectorSiteSchema>;

const minuteMs = 60_000;

/** What the session folds with, from what the site said; the defaults for what it left out. */
export function injectorSettingsOf(site: InjectorSite | undefined): InjectorSettings {
  return {
    line: site?.line ?? defaultLineFormat,
    cements: (site?.cements ?? []).map((cement) => ({
      name: cement.name,
      opensAfterMs: cement.opensAfterMin * minuteMs,
      closesAfterMs: cement.closesAfterMin * minuteMs,
      setsAfterMs: cement.setsAfterMin * minuteMs,
      atTemperatureC: cement.atTemperatureC,
      timesPerDegree: cement.timesPerDegree,
    })),
    roomTemperatureC: site?.roomTemperatureC ?? null,
  };
}
