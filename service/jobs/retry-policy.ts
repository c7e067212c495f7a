import { z } from 'zod';
import { LOSSES } from '../contract/reasons.ts';
import type { FieldProblem } from './problems.ts';

const MAX_ATTEMPTS = 100;
const DAY_SECONDS = 86_400;

const ELSEWHERE = ['fromCheckpoint', 'fromStart'] as const;

/** What is tried again by the hub, as further attempts of the same job. */
export const RETRY_POLICY_SCHEMA = z
  .object({
    maxAttempts: z.int().min(2).max(MAX_ATTEMPTS).default(3).describe('Attempts in all, the first one included.'),
    on: z
      .array(z.enum(LOSSES))
      .min(1)
      .max(LOSSES.length)
      .default(['infrastructure', 'preempted'])
      .describe(
        'What an attempt has to be lost to: infrastructure (exit code 75 as well), preempted, stalled, oom. A program that fails by itself is not tried again.',
      ),
    backoff: z
      .object({
        seconds: z.int().min(0).max(DAY_SECONDS).default(30).describe('Before the second attempt; then twice as long.'),
        maxSeconds: z.int().min(0).max(DAY_SECONDS).default(3_600).describe('Never longer than that.'),
      })
      .prefault({}),
    elsewhere: z
      .enum(ELSEWHERE)
      .optional()
      .describe(
        'Whether it may go on in another cluster when its own is lost. fromCheckpoint: pvcName is one storage that all its clusters reach; fromStart: with a volume of its own there, so from its first step. Without: it waits for its cluster.',
      ),
    memoryFactor: z
      .number()
      .min(1)
      .max(4)
      .optional()
      .describe('With oom: so much more memory after an attempt that ran out of it (1.5 unless set), 4 times in all.'),
  })
  .describe('What is tried again by itself, as the next attempt of the same job, from its checkpoint.');

export type RetryPolicy = z.output<typeof RETRY_POLICY_SCHEMA>;

interface Chosen {
  readonly clusterCount: number;
  readonly pvcName?: string | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
}

/** Where a policy cannot work it is refused, so that nobody relies on it. */
export function retryPolicyProblems({ clusterCount, pvcName, retryPolicy }: Chosen): FieldProblem[] {
  if (!retryPolicy) return [];
  const problems: FieldProblem[] = [];
  const refuse = (path: FieldProblem['path'], message: string) =>
    problems.push({ path: ['retryPolicy', ...path], message });
  const { backoff, elsewhere, memoryFactor, on } = retryPolicy;
  if (clusterCount > 1) refuse([], 'is for jobs of one cluster; with clusterCount each cluster runs a copy of its own');
  on.forEach((loss, index) => {
    if (on.indexOf(loss) < index) refuse(['on', index], `${loss} is named twice`);
  });
  if (elsewhere !== undefined && !on.includes('infrastructure'))
    refuse(['elsewhere'], 'is for infrastructure, which on does not name');
  if (elsewhere === 'fromCheckpoint' && pvcName === undefined)
    refuse(['elsewhere'], 'fromCheckpoint needs pvcName: a volume that is made for the job is in one cluster alone');
  if (memoryFactor !== undefined && !on.includes('oom')) refuse(['memoryFactor'], 'is for oom, which on does not name');
  if (backoff.maxSeconds < backoff.seconds)
    refuse(['backoff', 'maxSeconds'], `must be at least ${backoff.seconds}, which is seconds`);
  return problems;
}
