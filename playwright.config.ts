import { defineConfig } from '@playwright/test';

/** The built console against the real bridge, in the browser that `PEDICLE_CHROMIUM` names or the system's own. */
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  // Each test drives a whole bridge with its guidance: two at once would measure the machine, not the console.
  workers: 1,
  fullyParallel: false,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1920, height: 1080 },
    launchOptions: {
      executablePath: process.env.PEDICLE_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--disable-gpu',
        // In software these two double the frame rate.
        '--disable-gpu-compositing',
        '--disable-accelerated-2d-canvas',
        '--no-sandbox',
        '--disable-background-networking',
      ],
    },
  },
});
