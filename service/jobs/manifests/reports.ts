import { createHmac, timingSafeEqual } from 'node:crypto';
import { type JobSpec, labelsOf, type Manifest, type ReportAddress } from './manifest.ts';

const DIRECTORY = '/etc/mlplatform/report';
const TOKEN = 'token';
const AUTHORITY = 'ca.crt';

/** Of this very object: another attempt of the job, whose objects have names of their own, has another. */
export function reportToken(key: string, { id, objectName }: Pick<JobSpec, 'id' | 'objectName'>): string {
  const mac = createHmac('sha256', key).update(`mlplatform report\n${id}\n${objectName}`).digest('base64url');
  return `v1.${objectName}.${mac}`;
}

/** The object of this job whose token it is; undefined: nobody's. Costs no look into the database. */
export function objectOfToken(key: string, id: string, token: string): string | undefined {
  const [, objectName = ''] = token.split('.');
  const [said, meant] = [Buffer.from(token), Buffer.from(reportToken(key, { id, objectName }))];
  return said.length === meant.length && timingSafeEqual(said, meant) ? objectName : undefined;
}

const secretName = (job: Pick<JobSpec, 'objectName'>): string => `${job.objectName}-report`;

/** Goes with its workload, which owns it; the pods' reference to it takes it along to their cluster. */
export function reportSecret(
  job: JobSpec,
  { key, authority }: Pick<ReportAddress, 'authority'> & { readonly key: string },
  { apiVersion, kind, name, uid }: Readonly<Record<'apiVersion' | 'kind' | 'name' | 'uid', string>>,
): (Manifest & { readonly data: Readonly<Record<string, string>> }) | undefined {
  // Its operator takes the reports of a TrainingJob.
  if (job.kind === 'TrainingJob') return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(job),
      namespace: job.namespace,
      labels: labelsOf(job),
      ownerReferences: [{ apiVersion, kind, name, uid }],
    },
    data: { [TOKEN]: base64(reportToken(key, job)), ...(authority !== null && { [AUTHORITY]: base64(authority) }) },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The variables that Kubeflow's KEP-2779 has for it, which HuggingFace's Trainer and our own trainings read. */
export function reportVariables({ id }: Pick<JobSpec, 'id'>, address: ReportAddress | null): Record<string, string> {
  if (address === null) return {};
  return {
    KUBEFLOW_TRAINER_SERVER_URL: `${address.url.replace(/\/+$/, '')}/jobs/${id}`,
    KUBEFLOW_TRAINER_SERVER_TOKEN: `${DIRECTORY}/${TOKEN}`,
    ...(address.authority !== null && { KUBEFLOW_TRAINER_SERVER_CA_CERT: `${DIRECTORY}/${AUTHORITY}` }),
  };
}

/** Optional: a training is worth more than what it tells of itself. */
export const reportVolume = (job: JobSpec) => ({
  volume: { name: 'report', secret: { secretName: secretName(job), optional: true, defaultMode: 0o440 } },
  mount: { name: 'report', mountPath: DIRECTORY, readOnly: true },
});
