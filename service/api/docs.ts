import { fileURLToPath } from 'node:url';
import express, { type Express } from 'express';
import { PATHS } from '../contract.ts';

const FILES = fileURLToPath(new URL('./docs/', import.meta.url));

/** /openapi.json, and /docs to read it in a browser. Both are open to all: they say nothing about any job or cluster. */
export function serveDocs(app: Express, document: object): void {
  const text = JSON.stringify(document);
  app.get(PATHS.openapi, (_request, response) => {
    response.set('Cache-Control', 'no-cache').type('json').send(text);
  });
  app.use(
    '/docs',
    express.static(FILES, {
      redirect: true,
      setHeaders: (response) => response.setHeader('Cache-Control', 'no-cache'),
    }),
  );
}
