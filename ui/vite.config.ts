import { defineConfig } from 'vite';

const serverUrl = process.env['FLAMEHOUSE_SERVER_URL'] ?? 'http://127.0.0.1:4040';

/** Static files for the server to serve; `vite` alone runs a dev server that passes /api on to a running server. */
export default defineConfig({
  root: import.meta.dirname,
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0 },
  server: { host: '127.0.0.1', proxy: { '/api': serverUrl } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
