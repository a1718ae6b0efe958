import { z } from 'zod';

/** What the shell says of the displays of this computer, to the page that asks. */
export const shellDisplaysSchema = z.array(
  z.object({
    /** In the system's own pixels. */
    width: z.number(),
    height: z.number(),
    isPrimary: z.boolean(),
    /** Windows of the console that stand on it. */
    shows: z.array(z.enum(['console', 'pictures'])),
  }),
);
export type ShellDisplays = z.infer<typeof shellDisplaysSchema>;
