import type { Cli } from '../cli.ts';
import { wrongUse } from '../failures.ts';
import type { Document } from './documents.ts';
import { isTrainingJob, jobOfTrainingJob } from './training-job.ts';

/** The request that a document describes, by itself or as a TrainingJob. Other objects of Kubernetes are none. */
export const describedBy = ({ terminal }: Cli, document: Document): Record<string, unknown> => {
  const { place, content } = document;
  const { kind, apiVersion } = content;
  if (kind === undefined && apiVersion === undefined) return structuredClone(content);
  if (!isTrainingJob(content))
    throw wrongUse(
      `${place} is a ${kind ?? apiVersion}, and the job API takes requests for jobs`,
      'kubectl applies objects of Kubernetes; of them only TrainingJobs of ml.example.com are jobs, too.',
    );
  const { request, leftOut } = jobOfTrainingJob(document);
  for (const field of leftOut)
    terminal.say(`${terminal.paint('Warning:', 'yellow')} ${place}: a job does not have ${field}: it is left out`);
  return request;
};
