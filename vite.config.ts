import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('renderer', import.meta.url)),
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'chrome140',
    // The bridge's content security policy allows fonts and images from the same origin only: nothing is inlined as a data URI.
    assetsInlineLimit: 0,
    // Cornerstone3D is one large chunk, loaded with the first picture.
    chunkSizeWarningLimit: 6000,
  },
});
