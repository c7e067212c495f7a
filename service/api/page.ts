import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import type { Config } from '../config.ts';

const DIRECTORY = fileURLToPath(new URL('../web/dist/', import.meta.url));

const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ML platform</title></head>
<body><h1>The page is not built</h1>
<p>Run <code>npm run build:page</code> and load this again. The API works without it: <a href="/docs">its documentation</a>.</p>
</body></html>`;

/** The web page, beside the API that it uses. In a cluster nginx serves it instead. */
export function servePage(app: Express, { localTrainings }: Pick<Config, 'localTrainings'> = {}): void {
  app.get('/config.json', (_request, response) => {
    response.set('Cache-Control', 'no-cache').json({ apiBaseUrl: '', localTrainings });
  });
  // Vite puts a hash of the content into the names there, so what was fetched once stays right.
  app.use('/assets', express.static(`${DIRECTORY}assets`, { immutable: true, maxAge: '1y', index: false }));
  app.use(
    express.static(DIRECTORY, {
      index: false,
      setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
    }),
  );
  // The page's own addresses, such as /jobs/abc: a browser asks for HTML, everyone else is told the truth by 404. At the address that
  // `npm start` prints there is the page for whoever does not ask for JSON.
  app.get('/{*path}', (request, response, next) => {
    const kinds = request.path === '/' ? ['html', 'json'] : ['json', 'html'];
    const isPage = request.accepts(kinds) === 'html' && !/^\/(api|assets)\//.test(request.path);
    if (!isPage) next();
    else if (existsSync(`${DIRECTORY}index.html`)) {
      response.sendFile('index.html', {
        root: DIRECTORY,
        cacheControl: false,
        headers: { 'Cache-Control': 'no-cache' },
      });
    } else response.status(503).type('html').send(NOT_BUILT);
  });
}
