import type { ListedJob } from '../../client/index.ts';
import type { Shape } from '../output/format.ts';
import { age, duration } from '../output/time.ts';
import type { Terminal } from '../terminal.ts';
import { paintState, stateOf } from './state.ts';

export const jobShape = (terminal: Terminal): Shape<ListedJob> => ({
  nameOf: ({ id }) => id,
  columns: [
    { title: 'JOB', text: ({ id }) => id },
    { title: 'NAMESPACE', text: ({ namespace }) => namespace },
    { title: 'STATE', text: stateOf, paint: (text, job) => paintState(terminal, text, job) },
    { title: 'ALGORITHM', text: ({ algorithm }) => algorithm },
    { title: 'CLUSTER', text: ({ clusters }) => clusters.join(',') },
    { title: 'TIME', text: (job) => runTime(job) },
    { title: 'AGE', text: ({ createdAt }) => age(createdAt) },
    { title: 'PRIORITY', wide: true, text: ({ priority }) => String(priority) },
    { title: 'OWNER', wide: true, text: ({ createdBy }) => createdBy ?? '' },
    { title: 'MESSAGE', wide: true, text: ({ message }) => message },
  ],
});

/** From its first start to its end, or to now. */
export const runTime = ({ startedAt, finishedAt }: Pick<ListedJob, 'startedAt' | 'finishedAt'>): string =>
  startedAt === null ? '' : duration((finishedAt ? Date.parse(finishedAt) : Date.now()) - Date.parse(startedAt));
