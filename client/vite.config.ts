import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { readEnvFile } from '../server/config/envText.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const { PORT = '3000' } = readEnvFile(fileURLToPath(new URL('../.env', import.meta.url)));
const api = { target: `http://127.0.0.1:${PORT}` };

export default defineConfig({
  root,
  plugins: [react()],
  // The API puts each request's nonce in its place (server/api/dashboard.ts).
  html: { cspNonce: '__HOURWORK_NONCE__' },
  build: {
    outDir: '../dist/client',
    emptyOutDir: true,
    manifest: true,
    // The policy allows no font or script within a URL, and an image in a file is kept by browsers.
    assetsInlineLimit: 0,
    // What it helps are browsers older than those this page is for.
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/app': api, '/api': api, '/health': api } },
});
