import { factsOf } from '../../contract/reasons.ts';
import type { JobEvent } from '../api/types.ts';
import { isFinished, reasonLabel } from './job-state.ts';

const MAX_WATCHED = 200;

/** Of what is stored in the browser. */
export const readWatched = (stored: unknown): readonly string[] =>
  Array.isArray(stored) ? stored.filter((id) => typeof id === 'string').slice(-MAX_WATCHED) : [];

export interface Told {
  readonly jobId: string;
  readonly title: string;
  readonly body: string;
  /** There is nothing more to wait for. */
  readonly ended: boolean;
}

/** What is told of a watched job: its end, and that it does not go on by itself. */
export const toldOf = (events: readonly JobEvent[], watched: readonly string[]): Told[] =>
  events.flatMap(({ jobId, status, previous, reason, message }) => {
    if (!watched.includes(jobId)) return [];
    const ended = isFinished(status) && previous !== status;
    const stuck = !isFinished(status) && factsOf(reason)?.attention === true;
    if (!ended && !stuck) return [];
    const name = jobId.replace(/-[0-9a-f]{8}$/, '');
    const state = ended && status === 'Succeeded' ? 'has succeeded' : `: ${reasonLabel(reason)}`;
    return [{ jobId, title: state.startsWith(':') ? `${name}${state}` : `${name} ${state}`, body: message, ended }];
  });
