import type { Response } from 'express';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Identity } from '../auth/identity.ts';
import { localsOf } from './middleware/locals.ts';

/** An answer that goes on for hours may outlive the right to it by this. */
const LOOK_EVERY_MS = 2000;

/** Aborts soon after the caller's token has stopped to be valid, or no longer gives what is being told. */
export function whileAllowed(
  authenticator: Authenticator | null,
  response: Response,
  isAllowed: (caller: Identity) => boolean,
): { readonly signal: AbortSignal; release(): void } {
  const over = new AbortController();
  const { token } = localsOf(response);
  if (authenticator === null || token === undefined) return { signal: over.signal, release: () => undefined };
  const look = async (): Promise<void> => {
    // An issuer that cannot be asked just now refuses nobody.
    const caller = await authenticator.identify(token).catch(() => 'unknown' as const);
    if (caller === undefined || (caller !== 'unknown' && !isAllowed(caller))) over.abort();
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { signal: over.signal, release: () => clearInterval(timer) };
}
