import type { PodTrouble } from '../../../service/kube/pods/trouble.ts';

export type Trouble = Pick<PodTrouble, 'key' | 'pace'>;

const SLOW_FACTOR = 3;

/** Remembers since when each trouble has been there. */
export function createPatience(patienceMs: number, now: () => number = () => performance.now()) {
  let since = new Map<string, number>();
  return {
    /** Those of the troubles that have lasted too long; the others' time goes on. */
    exhausted(troubles: readonly Trouble[]): Trouble[] {
      since = new Map(troubles.map(({ key }) => [key, since.get(key) ?? now()]));
      return troubles.filter(({ key, pace }) => {
        if (pace === 'final') return true;
        const lasted = now() - (since.get(key) ?? now());
        return lasted >= (pace === 'slow' ? SLOW_FACTOR * patienceMs : patienceMs);
      });
    },
  };
}
