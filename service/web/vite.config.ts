import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where the page's server with hot reload finds the API; `npm run dev` names it. */
const api = process.env.API_URL ?? 'http://localhost:8080';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: {
    // light-dark() and CSS nesting as written: every browser since May 2024.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    emptyOutDir: true,
    // Nothing inlined: the Content-Security-Policy allows no data: fonts.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/api': api, '/openapi.json': api, '/config.json': api } },
});
