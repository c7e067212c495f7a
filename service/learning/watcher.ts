import type { Logger } from 'pino';
import { concernOf, type StallRules } from '../jobs/attention.ts';
import { attend } from '../jobs/state/index.ts';
import { IDLE_GPUS } from '../jobs/utilisation.ts';
import { createLookout, type Lookout } from '../lookout.ts';
import type { CurveStore, Lease, LeaseStore, MonitorChange, MonitorStore } from '../store/store.ts';

const LOOK_EVERY_MS = 10_000;
/** In one look, those with the longest silence first. */
const MAX_JOBS_A_LOOK = 2_000;
/** One replica looks at a time: what two of them found would be written once all the same. */
const LEASE = 'watch over trainings';

interface WatcherOptions {
  readonly store: {
    readonly curves: Pick<CurveStore, 'pulses'>;
    readonly monitor: Pick<MonitorStore, 'read' | 'apply'>;
    readonly leases: Pick<LeaseStore, 'hold' | 'release'>;
  };
  readonly rules: StallRules;
  readonly log: Logger;
  readonly lookEveryMs?: number;
}

/** Looks now and then whether trainings that run still get on, and says so where one does not. */
export function createWatcher({ store, rules, log, lookEveryMs = LOOK_EVERY_MS }: WatcherOptions): Lookout {
  async function look(leases: readonly Lease[]): Promise<void> {
    const pulses = await store.curves.pulses(rules, MAX_JOBS_A_LOOK);
    const now = new Date();
    const concerns = new Map(pulses.map((pulse) => [pulse.jobId, concernOf(pulse, rules, now)]));
    const news = pulses.filter(({ jobId, attention }) => {
      const reason = concerns.get(jobId)?.reason;
      return reason === undefined ? attention !== null && attention.reason !== IDLE_GPUS : reason !== attention?.reason;
    });
    if (news.length === 0) return;
    const changes = (await store.monitor.read(news.map(({ jobId }) => jobId))).flatMap((job): MonitorChange[] => {
      const change = attend(job, concerns.get(job.id) ?? null, now);
      return change ? [{ jobId: job.id, readVersion: job.version, under: [LEASE], ...change }] : [];
    });
    await store.monitor.apply(changes, leases);
  }

  const { start, stop } = createLookout({
    leases: store.leases,
    lease: LEASE,
    everyMs: lookEveryMs,
    look,
    onFailure: (error) => log.debug({ err: error }, 'Could not look how trainings get on'),
  });
  return {
    start() {
      if (rules.steps > 0) start();
    },
    stop,
  };
}
