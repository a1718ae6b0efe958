import { fileURLToPath } from 'node:url';

/** Where the built console is, in a checkout as in a package. */
export const consolePages = fileURLToPath(new URL('../renderer/dist', import.meta.url));
