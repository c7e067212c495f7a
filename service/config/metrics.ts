import { readMetricsToken } from '../auth/metrics-token.ts';
import { ENV } from '../contract.ts';
import type { SettingValues } from './settings.ts';

/** A token that cannot be read would be missed at the first scrape, which nobody watches. */
export async function metricsMistakes({ metricsPort, metricsTokenFile, port }: SettingValues): Promise<string[]> {
  const mistakes: string[] = [];
  if (metricsPort !== undefined && metricsPort !== 0 && metricsPort === port)
    mistakes.push(`${ENV.metricsPort}=${metricsPort} is the port of the API: leave it out to have them there`);
  if (metricsTokenFile === undefined) return mistakes;
  try {
    await readMetricsToken(metricsTokenFile);
  } catch (error) {
    mistakes.push(`${ENV.metricsTokenFile}=${metricsTokenFile}: ${(error as Error).message}`);
  }
  return mistakes;
}
