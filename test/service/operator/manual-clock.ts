import type { Clock } from '../../../service/operator/clock.ts';

/** A clock that stands until it is told to go. */
export interface ManualClock extends Clock {
  /** Acts that are due act, in their order; what they set in motion is let run between them. */
  pass(ms: number): Promise<void>;
  waiting(): number;
}

export function createManualClock(): ManualClock {
  let now = 0;
  let appointments: { at: number; act: () => void }[] = [];
  return {
    now: () => now,
    after(ms, act) {
      const appointment = { at: now + ms, act };
      appointments.push(appointment);
      return () => {
        appointments = appointments.filter((each) => each !== appointment);
      };
    },
    waiting: () => appointments.length,
    async pass(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = appointments.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        now = Math.max(now, next.at);
        appointments = appointments.filter((each) => each !== next);
        next.act();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets promises that can go on go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
