import { type AnyReason, type Reason, reasonFromCluster } from '../../contract/reasons.ts';
import type { JobStatus } from '../job.ts';

// What a member's object says, in our words. Everything in it was written by others, so nothing is taken on trust.

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

export const timeOf = (value: unknown): string | null =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;

/** KubeRay puts up to 20,000 characters of log into a message. The first line says what, the last ones say why. */
const MESSAGE_START = 500;
const MESSAGE_END = 1500;

export function messageOf(value: unknown): string {
  const text = textOf(value).trim();
  const short =
    text.length <= MESSAGE_START + MESSAGE_END
      ? text
      : `${text.slice(0, MESSAGE_START)}\n[...]\n${text.slice(-MESSAGE_END)}`;
  // PostgreSQL takes neither NUL nor half a surrogate pair, which the cut may have made.
  return short.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** One CamelCase word, whatever the member wrote. */
export const reasonOf = (value: unknown, otherwise: Reason): AnyReason => {
  const word = textOf(value)
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 80);
  return word === '' ? otherwise : reasonFromCluster(word);
};

export interface Verdict {
  readonly status: JobStatus;
  readonly reason: AnyReason;
  /** What is said when the member gives no words of its own. */
  readonly otherwise: string;
}

export const pending = (reason: Reason, otherwise: string): Verdict => ({ status: 'Pending', reason, otherwise });
export const running = (otherwise: string): Verdict => ({ status: 'Running', reason: 'Running', otherwise });
export const succeeded = (otherwise: string): Verdict => ({ status: 'Succeeded', reason: 'Succeeded', otherwise });
export const failed = (reason: AnyReason, otherwise: string): Verdict => ({ status: 'Failed', reason, otherwise });
