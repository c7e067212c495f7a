import type { Queries } from './database.ts';
import { statement } from './statement.ts';

const endedAmong = statement('ended-among');

/** Those of some jobs that have ended or are gone. */
export async function ended(database: Queries, jobIds: readonly string[]): Promise<readonly string[]> {
  const rows = await database.query<{ jobId: string }>(endedAmong, [jobIds]);
  return rows.map(({ jobId }) => jobId);
}
