import { defineConfig } from 'vite';

/** The shell's main process: one ES module, with Electron and Node left outside. The preload is `preload.vite.config.ts`. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    ssr: 'main.ts',
    outDir: 'dist',
    emptyOutDir: false,
    target: 'node24',
    rollupOptions: { external: ['electron'], output: { format: 'es', entryFileNames: 'main.mjs' } },
  },
});
