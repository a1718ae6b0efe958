import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const standIn = (name: string): string => fileURLToPath(new URL(`renderer/standIns/${name}.ts`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('renderer', import.meta.url)),
  plugins: [react()],
  worker: { format: 'es' },
  resolve: {
    // What Cornerstone3D loads for work that the bridge does, or for a way of drawing that it does not use: more than half of its chunk.
    alias: [
      { find: /^dcmjs$/, replacement: standIn('dcmjs') },
      { find: /^xmlbuilder2$/, replacement: standIn('xmlbuilder2') },
      { find: /^\.\.\/WebGPU\/(Profiles\/\w+|RenderWindow)\.js$/, replacement: standIn('webGpu') },
    ],
  },
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
