import { Construct } from 'constructs';
import { Application, AppProject } from '../../imports/argoproj.io.ts';
import { OneTimeJob } from './job.ts';
import type { Stack } from './stack.ts';
import { Folder } from './stack.ts';

export interface GitopsProps {
  /** Folder of this environment in the repository. */
  readonly path: string;
  /** Name of the Application, unique in Argo CD. */
  readonly name: string;
}

/** The Argo CD project and application that deploy this environment. They live beside Argo CD, in a sub-folder. */
export class ArgoApplication extends Construct {
  constructor(stack: Stack, { name, path }: GitopsProps) {
    const { gitops, namespace } = stack.settings;
    super(new Folder(stack, 'argocd', gitops.namespace), 'gitops');
    // What has run is left as it was, whatever the image is by now.
    const once = jobsThatRunOnce(stack).map((job) => ({
      group: 'batch',
      kind: 'Job',
      name: job,
      jsonPointers: ['/spec'],
    }));
    const destination = { server: gitops.server, namespace: namespace.name };
    new AppProject(this, 'project', {
      metadata: { name },
      spec: {
        description: `${stack.name}: this repository into one namespace of one cluster, and nothing else.`,
        sourceRepos: [gitops.repoUrl],
        destinations: [destination],
        clusterResourceWhitelist: [{ group: '', kind: 'Namespace' }],
      },
    });
    new Application(this, 'application', {
      metadata: { name },
      spec: {
        project: name,
        source: { repoUrl: gitops.repoUrl, path, targetRevision: gitops.revision },
        destination,
        ...(once.length > 0 && { ignoreDifferences: once }),
        syncPolicy: {
          ...(gitops.autoSync && { automated: { prune: true, selfHeal: true } }),
          // Jobs are replaced when they are applied (job.ts): a sync must leave alone what has not changed, or every
          // change of anything would run all Jobs again.
          syncOptions: [
            'ServerSideApply=true',
            'ApplyOutOfSyncOnly=true',
            ...(once.length > 0 ? ['RespectIgnoreDifferences=true'] : []),
          ],
          // A first sync waits for Secrets and certificates that others make.
          retry: { limit: 10, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
        },
      },
    });
  }
}

const jobsThatRunOnce = (stack: Stack): string[] =>
  stack.node.findAll().flatMap((part) => (part instanceof OneTimeJob && part.runsOnce ? [part.jobName] : []));
