import type { ListedJob } from '../../client/index.ts';
import type { Shape } from '../output/format.ts';
import { age, duration } from '../output/time.ts';
import type { Terminal } from '../terminal.ts';
import { paintState, stateOf } from './state.ts';
import { shownUse } from './utilisation.ts';

export const jobShape = (terminal: Terminal): Shape<ListedJob> => ({
  nameOf: ({ id }) => id,
  columns: [
    { title: 'JOB', text: ({ id }) => id },
    { title: 'NAMESPACE', text: ({ namespace }) => namespace },
    { title: 'STATE', text: stateOf, paint: (text, job) => paintState(terminal, text, job) },
    { title: 'ALGORITHM', text: ({ algorithm }) => algorithm },
    { title: 'CLUSTER', text: ({ clusters }) => clusters.join(',') },
    { title: 'PROGRESS', text: ({ progress }) => (progress?.percent == null ? '' : `${progress.percent}%`) },
    { title: 'TIME', text: (job) => runTime(job) },
    { title: 'AGE', text: ({ createdAt }) => age(createdAt) },
    { title: 'USE', wide: true, text: shownUse },
    { title: 'PRIORITY', wide: true, text: ({ priority }) => String(priority) },
    { title: 'OWNER', wide: true, text: ({ createdBy }) => createdBy ?? '' },
    { title: 'MESSAGE', wide: true, text: ({ message }) => message },
  ],
});

/** What its runs took, without suspensions and the wait for another try. */
export const runTime = ({ ranForMs, runningSince }: Pick<ListedJob, 'ranForMs' | 'runningSince'>): string => {
  const now = runningSince === null ? 0 : Math.max(0, Date.now() - Date.parse(runningSince));
  return ranForMs + now === 0 ? '' : duration(ranForMs + now);
};
