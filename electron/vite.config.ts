import { defineConfig } from 'vite';

/** The shell's main process: one ES module that brings everything but Electron and Node along. The preload is `preload.vite.config.ts`. */
export default defineConfig({
  root: import.meta.dirname,
  ssr: { noExternal: true, external: ['electron'] },
  build: {
    ssr: 'main.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    rollupOptions: { external: ['electron'], output: { format: 'es', entryFileNames: 'main.mjs' } },
  },
});
