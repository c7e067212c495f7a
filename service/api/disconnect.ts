import type { Response } from 'express';

/** Aborts when the caller goes away before the answer is complete: what is being fetched for them is not needed any more. */
export function disconnected(response: Response): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
