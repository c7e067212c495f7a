import type { Job } from '../../client/index.ts';
import { duration } from '../output/time.ts';
import { plain } from '../terminal.ts';

type Progress = NonNullable<Job['progress']>;

const WIDTH = 20;

/** "[########            ] 42%, epoch 3, loss 0.1, 3m left": what is told of it. */
export const progressInWords = (progress: Progress | null, finished: boolean): string => {
  if (progress === null) return '';
  const { percent, epoch, loss, etaSeconds } = progress;
  const parts = [
    percent === null ? '' : `[${bar(percent)}] ${percent}%`,
    epoch === null ? '' : `epoch ${epoch}`,
    loss === null ? '' : `loss ${Number(loss.toPrecision(4))}`,
    etaSeconds === null || finished ? '' : `${duration(etaSeconds * 1000)} left`,
  ];
  return parts.filter((part) => part !== '').join(', ');
};

const bar = (percent: number): string => {
  const full = Math.round((Math.min(100, Math.max(0, percent)) * WIDTH) / 100);
  return '#'.repeat(full).padEnd(WIDTH);
};

export const checkpointOf = (progress: Progress | null): string => plain(progress?.checkpoint ?? '');

export const workersOf = (progress: Progress | null): string => {
  const workers = progress?.workers ?? null;
  return workers === null ? '' : `${workers.ready} of ${workers.of} ready`;
};
