import { QueryClient } from '@tanstack/react-query';
import { Problem } from './problem.ts';

const TRIES = 2;

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // "Offline" for the browser says nothing about a service on this machine or in this network.
        networkMode: 'always',
        // The event stream says when something has changed, and asks for everything again after it was lost.
        refetchOnWindowFocus: false,
        // A refusal stays one; a service that is away comes back through the event stream.
        retry: (failures, error) => error instanceof Problem && error.status >= 500 && failures < TRIES,
      },
      mutations: { networkMode: 'always' },
    },
  });
