import { z } from 'zod';

/** Image point [x, y] = [column, row] in pixels of that plane's frames; (0, 0) is the centre of the top-left pixel. */
export const imagePointSchema = z.tuple([z.number().finite(), z.number().finite()]).readonly();
export type ImagePoint = z.infer<typeof imagePointSchema>;

const trajectorySchema = z.strictObject({
  side: z.enum(['left', 'right']).optional(),
  entry: imagePointSchema,
  target: imagePointSchema,
});

/** What the operator drew on one plane. Every part may be absent: guidance then does what it can. */
export const planePlanSchema = z.strictObject({
  trajectories: z.array(trajectorySchema).max(8).optional(),
  vertebralBody: z.array(imagePointSchema).min(3).max(500).optional(),
  /** Only where the view shows it (lateral). */
  posteriorWall: z.array(imagePointSchema).min(2).max(500).optional(),
  /** Only where the frames carry no geometry. */
  calibration: z.strictObject({ mmPerPx: z.number().positive().max(10) }).optional(),
});
export type PlanePlan = z.infer<typeof planePlanSchema>;

/** Limits of pressure and volumes; what is absent has the program's own default. */
export const limitsSchema = z.strictObject({
  pressureKpa: z.number().positive().optional(),
  balloonVolumeMl: z.number().positive().optional(),
  cementVolumeMl: z.number().positive().optional(),
});
export type Limits = z.infer<typeof limitsSchema>;

/** plan.json, version 1. */
export const planSchema = z.strictObject({
  version: z.literal(1),
  level: z.string().max(16).optional(),
  procedure: z.enum(['vertebroplasty', 'kyphoplasty']).optional(),
  needle: z.strictObject({ gauge: z.number().positive().optional(), outerDiameterMm: z.number().positive().max(10).optional() }).optional(),
  planes: z.strictObject({ a: planePlanSchema.optional(), b: planePlanSchema.optional() }),
  limits: limitsSchema.optional(),
});
export type Plan = z.infer<typeof planSchema>;

export const emptyPlan: Plan = { version: 1, planes: {} };
