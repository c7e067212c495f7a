import { once } from 'node:events';
import type { Response } from 'express';
import { withSignals } from '../signals.ts';

/** A reader who takes nothing for so long is gone. */
const STALLED_MS = 60_000;

/** Part of an answer, at the pace of its reader. Rejects when the reader is gone, or the signal aborts. */
export async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (response.write(text)) return;
  await withSignals([signal, AbortSignal.timeout(STALLED_MS)], (patience) =>
    once(response, 'drain', { signal: patience }),
  );
}
