import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { loadEnv } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig(({ mode }) => ({
  plugins: [
    { ...optimizeLocales.vite({ locales: ['ru-RU', 'en-US'] }), enforce: 'pre' },
    tailwindcss(),
    react(),
  ],
  clearScreen: false,
  optimizeDeps: { entries: ['index.html', 'src/**/*.test.{ts,tsx}'] },
  server: { port: 1420, strictPort: true, host: '127.0.0.1', fs: { allow: ['..'] } },
  build: {
    target: 'safari16.4',
    outDir: 'dist',
    emptyOutDir: true,
    // The page's policy allows fonts from the program only, not from `data:`.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      api: { strictPort: false },
      viewport: { width: 1280, height: 900 },
      expect: {
        toMatchScreenshot: {
          resolveScreenshotPath: ({ root, testFileDirectory, arg, ext }) =>
            `${root}/${testFileDirectory}/pictures/${arg}${ext}`,
          comparatorName: 'pixelmatch',
          // Edges of letters may differ a little; a moved or recoloured part does not fit in this.
          comparatorOptions: { threshold: 0.03, allowedMismatchedPixelRatio: 0.0005 },
        },
      },
      provider: playwright({
        contextOptions: { viewport: { width: 1280, height: 1300 } },
        launchOptions: {
          // Undefined: Playwright's own.
          executablePath: loadEnv(mode, '.', 'CHROMIUM').CHROMIUM,
          args: [
            '--no-sandbox',
            '--disable-gpu',
            // The same letters on every machine.
            '--font-render-hinting=none',
            '--disable-lcd-text',
            '--force-color-profile=srgb',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
}));
