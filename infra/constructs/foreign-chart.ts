import { Construct } from 'constructs';
import { Application, AppProject } from '../../imports/argoproj.io.ts';
import { Folder, type Stack } from './stack.ts';

/** A Helm chart of other makers that a stack stands on, with the values that the settings make for it. */
export interface ForeignChart {
  readonly name: string;
  /** Who installs it; nobody: it is there, or not wanted. */
  readonly install: 'helm' | 'argocd' | 'none';
  /** Where its makers have it; an OCI registry without its scheme, as Argo CD has it. */
  readonly source: string;
  readonly version: string;
  /** Of an OCI registry; empty: the version decides. */
  readonly digest: string;
  readonly release: string;
  readonly namespace: string;
  readonly values: object;
  /** Groups of the kinds that it defines. */
  readonly brings: readonly string[];
  /** Its Services that the stack's own objects name, with their ports. */
  readonly services?: Readonly<Record<string, number>>;
}

/** The Argo CD projects and applications of those that Argo CD installs. They bring kinds and rights of their own. */
export class ChartApplications extends Construct {
  constructor(stack: Stack, charts: readonly ForeignChart[]) {
    const { gitops } = stack.settings;
    super(new Folder(stack, 'charts', gitops.namespace), 'charts');
    for (const chart of charts.filter(({ install }) => install === 'argocd')) {
      const name = stack.named(chart.release);
      const destination = { server: gitops.server, namespace: chart.namespace };
      new AppProject(this, `${chart.name}-project`, {
        metadata: { name },
        spec: {
          description: `The chart ${chart.name} of its own makers, and nothing else.`,
          sourceRepos: [sourceOf(chart).repoUrl],
          destinations: [destination, { server: gitops.server, namespace: 'kube-system' }],
          clusterResourceWhitelist: [{ group: '*', kind: '*' }],
        },
      });
      new Application(this, chart.name, {
        metadata: { name },
        spec: {
          project: name,
          source: { ...sourceOf(chart), helm: { releaseName: chart.release, valuesObject: chart.values } },
          destination,
          syncPolicy: {
            ...(gitops.autoSync && { automated: { prune: true, selfHeal: true } }),
            // Its definitions are longer than an annotation may be, so that only the server can apply them.
            syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
            retry: { limit: 10, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
          },
        },
      });
    }
  }
}

/** By its digest it is an artifact like any other, whose content is a chart (Argo CD 3.1 or newer). */
const sourceOf = ({ digest, name, source, version }: ForeignChart) =>
  digest === ''
    ? { repoUrl: source, chart: name, targetRevision: version }
    : { repoUrl: `oci://${source}/${name}`, path: '.', targetRevision: digest };
