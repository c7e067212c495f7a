import type { Browser } from 'playwright-core';
import type { TestDatabase } from '../service/postgres.ts';
import type { Platform } from './platform.ts';

/** What every scenario plays on. */
export interface Scene {
  readonly platform: Platform;
  readonly database: TestDatabase;
  readonly browser: Browser;
}

/** Filled in before the first test runs. */
export type SceneNow = () => Scene;
