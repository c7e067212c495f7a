import { setTimeout as rest } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type RetentionOptions, removeExpired } from './retention.ts';
import { DatabaseRefused, StoreUnavailable } from './store/errors.ts';
import type { Store } from './store/store.ts';

/** A database that starts together with us answers within this time; one that does not has to be looked at by a person. */
const MAX_WAIT_MS = 60_000;
const TRY_AGAIN_MS = 1000;
const HOUSEKEEPING_MS = 60_000;

export async function migrateWhenReachable(store: Pick<Store, 'migrate'>, log: Logger): Promise<void> {
  const deadline = performance.now() + MAX_WAIT_MS;
  for (let tries = 0; ; tries++) {
    try {
      await store.migrate();
      return;
    } catch (error) {
      if (!mayPass(error) || performance.now() > deadline) throw error;
      if (tries === 0) log.warn(`The database does not answer yet, waiting up to a minute: ${error.message}`);
      await rest(TRY_AGAIN_MS);
    }
  }
}

/** A database that is starting, not one that refuses us or is none of ours. */
const mayPass = (error: unknown): error is StoreUnavailable =>
  error instanceof StoreUnavailable && !(error instanceof DatabaseRefused);

export interface Housekeeping {
  stop(): Promise<void>;
}

/** Sums up counters and removes what is over. Every replica does it; doing it twice does no harm. */
export function startHousekeeping(
  store: Pick<Store, 'housekeep' | 'retention'>,
  { onRemoved, rules }: Pick<RetentionOptions, 'rules' | 'onRemoved'>,
  log: Logger,
): Housekeeping {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function keepHouse(): Promise<void> {
    await store.housekeep();
    await removeExpired({ store: store.retention, rules, onRemoved }, stopping.signal);
  }

  const timer = setInterval(() => {
    running ??= keepHouse()
      .catch((error) => log.warn({ err: error }, 'Housekeeping failed; it is tried again in a minute'))
      .finally(() => {
        running = undefined;
      });
  }, HOUSEKEEPING_MS);
  return {
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
