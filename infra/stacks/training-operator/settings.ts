import { z } from 'zod';
import { withRules } from '../../data/field-rules.ts';
import { serverExtras } from '../../settings/extras.ts';
import * as f from '../../settings/fragments.ts';
import { commonRules, LOCAL_IMAGES_NOT_PULLED_ALWAYS } from '../../settings/rules.ts';
import * as s from '../../settings/scalars.ts';

const manager = () =>
  f.section('The operator.', {
    image: f.image({ repository: 'ml-platform-backend' }),
    replicas: f.replicas(2).describe('Number of pods: one acts, all take reports of progress.'),
    workers: z.int().min(1).max(100).default(16).describe('TrainingJobs that are looked at at the same time.'),
    logLevel: z.enum(['error', 'warn', 'info', 'debug']).default('info').describe('What is logged.'),
    disruptionBudget: f.disruptionBudget(),
    topologySpread: f.topologySpread(),
    resources: f.resources({ cpu: '100m', memory: '256Mi' }, { cpu: '1', memory: '512Mi' }),
    ...serverExtras(),
  });

export const settings = withRules(
  z
    .strictObject({
      ...f.common('training-operator'),
      gitops: f.gitops({ karmadaServer: f.karmadaServer() }),
      rights: z
        .enum(['watched', 'namespaces'])
        .default('watched')
        .describe(
          'Where the operator may do its work. watched: in watchNamespaces, which must exist, and in all of the cluster without any. namespaces: where a RoleBinding of yours says so; see the first steps.',
        ),
      watchNamespaces: z
        .array(s.dnsLabel())
        .max(100)
        .default([])
        .describe('Namespaces whose TrainingJobs are run; none: all of the cluster.'),
      manager: manager(),
      karmada: f.section('Through Karmada: the operator in all clusters, by one apply.', {
        memberClusters: z
          .array(s.dnsLabel())
          .max(1000)
          .default([])
          .describe('Member clusters that get the operator; none: all.'),
      }),
      progress: f.section('Progress that trainings report, in the wire format of Kubeflow (KEP-2779).', {
        enabled: z.boolean().default(true).describe('Take reports; off: workers get neither a token nor the address.'),
        fromLogs: z
          .boolean()
          .default(false)
          .describe('Read the log of worker 0 where nothing is reported, for lines that are reports.'),
        certificate: f.section('Of the endpoint that takes the reports.', {
          madeBy: z
            .enum(['operator', 'certManager'])
            .default('operator')
            .describe('Who makes and renews it. certManager: with an issuer that has an authority (ca.crt).'),
          issuer: s.objectName().default('training-operator').describe("cert-manager's issuer."),
          issuerKind: z.enum(['Issuer', 'ClusterIssuer']).default('ClusterIssuer').describe('Its kind.'),
        }),
      }),
      podGroups: z
        .boolean()
        .default(false)
        .describe(
          'Schedule all workers of a job or none, by PodGroups of Kubernetes 1.37 (scheduling.k8s.io/v1beta1).',
        ),
    })
    .superRefine(commonRules),
  [LOCAL_IMAGES_NOT_PULLED_ALWAYS],
);

export type Settings = z.output<typeof settings>;
