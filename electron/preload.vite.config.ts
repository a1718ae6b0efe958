import { defineConfig } from 'vite';

/** Electron's sandbox loads preloads as CommonJS, one file. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    ssr: 'preload.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'chrome140',
    rollupOptions: { external: ['electron'], output: { format: 'cjs', entryFileNames: 'preload.cjs' } },
  },
});
