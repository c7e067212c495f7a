import type { Logger } from 'pino';
import { ListenError } from './api/server.ts';
import type { Loaded } from './config.ts';
import { DRAIN_SECONDS } from './contract.ts';
import { KubeconfigError } from './kube/kubeconfig.ts';
import { StartError } from './start-error.ts';
import { StoreUnavailable, WrongSchema } from './store/errors.ts';

/** The config, or the end of the process: 0 after --help, 1 with every mistake. */
export function configOrExit<C>(loaded: Loaded<C>): C {
  if (loaded.outcome === 'config') return loaded.config;
  if (loaded.outcome === 'information') {
    console.log(loaded.text);
    process.exit(0);
  }
  const { mistakes } = loaded;
  const heading = mistakes.length === 1 ? 'One setting is' : `${mistakes.length} settings are`;
  console.error(
    `${heading} missing or wrong:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}\n--help lists them all.`,
  );
  process.exit(1);
}

/**
 * Within this time a second signal is the same: npm passes on a Ctrl-C that we were sent as well, and the end of npm may be
 * seen before the SIGTERM that was sent to both.
 */
const SAME_SIGNAL_MS = 300;

/**
 * Starts, and stops at SIGTERM or SIGINT within the drain's time; a second signal ends the process at once.
 * Whatever is not written down by then is done again by the next start, or by another replica.
 */
export async function runUntilSignal(start: () => Promise<{ stop(): Promise<void> }>, log: Logger): Promise<void> {
  let running: { stop(): Promise<void> } | undefined;
  let signalledAt: number | undefined;
  let npmEnded = false;

  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (signalledAt !== undefined) {
      if ((signal === 'SIGINT' || npmEnded) && now - signalledAt < SAME_SIGNAL_MS) return;
      log.warn(`${signal} again: ending at once`);
      process.exit(1);
    }
    signalledAt = now;
    if (!running) process.exit(1);
    log.info(`${signal}: finishing what is in flight, for at most ${DRAIN_SECONDS} s`);
    void drain(running, log);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  onEndOfNpm(() => {
    // A service manager signals npm, its shell and us at the same time: that is one SIGTERM, not a second one.
    if (signalledAt !== undefined) return;
    npmEnded = true;
    onSignal('SIGTERM');
  });

  try {
    running = await start();
  } catch (error) {
    // What an operator can mend is said in a line; for anything else the stack is needed.
    if (MENDABLE.some((kind) => error instanceof kind)) log.fatal((error as Error).message);
    else log.fatal({ err: error }, `The service cannot start: ${(error as Error).message}`);
    process.exit(1);
  }
}

const MENDABLE = [StartError, ListenError, KubeconfigError, StoreUnavailable, WrongSchema];

/**
 * A SIGTERM to `npm start` ends npm and the shell that it runs us in, and the shell does not pass it on. What we do see is that
 * our parent is another one all at once.
 */
function onEndOfNpm(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    // A signal that has arrived already is handled before this.
    setImmediate(stop);
  }, 250).unref();
}

async function drain(running: { stop(): Promise<void> }, log: Logger): Promise<void> {
  setTimeout(() => {
    log.warn(`Not finished after ${DRAIN_SECONDS} s: ending; what was under way is resumed from the database`);
    process.exit(1);
  }, DRAIN_SECONDS * 1000).unref();
  try {
    await running.stop();
    log.info('Stopped');
    process.exit(0);
  } catch (error) {
    log.fatal({ err: error }, 'Stopping failed');
    process.exit(1);
  }
}
