import { type Client, createClient } from '../../client/index.ts';
import { currentSession, setSession } from './session.ts';

/** Every request of the page goes through here. What is asked again when it fails, the cache decides (query-client.ts). */
const clientAt = (url: string): Client =>
  createClient({
    url,
    retries: 0,
    token: () => currentSession()?.token,
    // Only if it is this session that was refused: an answer to an older one may come late.
    onUnauthorized: (token) => {
      if (token !== null && token === currentSession()?.token) setSession(null);
    },
  });

let base = '';
let client = clientAt(base);

/** Where the API answers; empty when it is where the page came from. Said once, before anything is asked. */
export const setApiBase = (url: string): void => {
  base = url;
  client = clientAt(url);
};

export const apiBase = (): string => base;

/** The job API, as all its clients speak to it. */
export const api = (): Client => client;
