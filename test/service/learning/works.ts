import type { TestDatabase } from '../postgres.ts';

/** A job that was preempted at step 90, went on from step 80, and is at step 120. */
export async function attemptWorks(database: TestDatabase, id: string): Promise<void> {
  await database.query(
    `insert into job_attempt (job_id, tries, attempt, object_name, clusters, started_at, ended_at, ran_ms, lost_to, reason, message, progress, began)
     values ($1, 1, 1, $1, '{member1}', now() - interval '2 hours', now() - interval '1 hour', 1000, 'preempted', 'Interrupted', '',
             '{"step": 90}', '{"step": 1}')`,
    [id],
  );
  await database.query(
    `insert into job_progress (job_id, cluster, at, progress, began) values ($1, 'member1', now(), '{"step": 120}', '{"step": 80}')`,
    [id],
  );
  await database.query(
    `update job set attempt = 2, recovery = '{"tries": 2, "pinnedTo": ["member1"], "memoryGiB": null, "lost": null}' where id = $1`,
    [id],
  );
}
