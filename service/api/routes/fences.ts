import { mayIn } from '../../auth/identity.ts';
import { problemsOf } from '../../jobs/problems.ts';
import type { MemberCluster } from '../../karmada/karmada.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { invalid, notFound, Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { ClusterPath, FenceBody, FenceRequestBody, MessageBody } from '../schemas.ts';

/** The word of a person, or of what powers machines off, that nothing in a cluster can write any more: from outside nobody can know. */
export const fenceRoutes = ({ store, clusters, readClusterHealth, log }: ApiDependencies): Route[] => {
  async function known(name: string): Promise<MemberCluster> {
    const { clusters: all } = await clusters.lastKnown();
    const found = all.find((each) => each.name === name);
    if (!found) throw notFound(`cluster ${name}`);
    return found;
  }

  /** Without jobs it is not asked, and Karmada's word has to do. */
  async function answers({ name, ready }: MemberCluster): Promise<boolean> {
    const health = (await readClusterHealth()).get(name);
    if (health?.unreachableSince) return false;
    return health?.lastAnswerAt ? true : ready;
  }

  return [
    route({
      method: 'post',
      path: '/api/v1/proxy/clusters/{cluster}/fence',
      tag: 'Clusters',
      summary: 'Confirm that nothing in a cluster that does not answer can write any more',
      description:
        'Its machines are off, or cut off from every storage and from this service. Jobs whose retryPolicy says elsewhere go on in another cluster once it has not answered for CLUSTER_LOST_AFTER, and no job is sent there any more. What was confirmed and is not so lets two copies of a training write at the same time. 409 while the cluster answers: what it runs can be cancelled or suspended then.',
      role: 'admin',
      params: ClusterPath,
      body: FenceRequestBody,
      answers: { 200: { description: 'It is fenced', body: FenceBody } },
      async handle({ params: { cluster }, body, caller }) {
        mustAdministrate(mayIn(caller, 'admin', '*'), caller.name);
        const parsed = FenceRequestBody.safeParse(body ?? {});
        if (!parsed.success) throw invalid(problemsOf(parsed.error));
        if (await answers(await known(cluster)))
          throw new Problem(409, `Cluster ${cluster} answers: only one that does not can be fenced`);
        await store.clusters.fence(cluster, caller.name, parsed.data.reason);
        const fence = (await store.clusters.fences()).find((each) => each.cluster === cluster);
        if (!fence) throw new Problem(409, `The fence of cluster ${cluster} was lifted in the same moment`);
        log.warn(
          { cluster, by: caller.name, reason: fence.reason },
          'A cluster is fenced: its jobs may go on elsewhere',
        );
        return { body: fence };
      },
    }),
    route({
      method: 'delete',
      path: '/api/v1/proxy/clusters/{cluster}/fence',
      tag: 'Clusters',
      summary: 'Let jobs be sent to a cluster again that was fenced',
      description: '409 as long as attempts that were given up there have not been seen to be gone.',
      role: 'admin',
      params: ClusterPath,
      answers: { 200: { description: 'It is fenced no longer', body: MessageBody } },
      async handle({ params: { cluster }, caller }) {
        mustAdministrate(mayIn(caller, 'admin', '*'), caller.name);
        const fence = (await store.clusters.fences()).find((each) => each.cluster === cluster);
        if (!fence) throw notFound(`fence of cluster ${cluster}`);
        if (!(await store.clusters.unfence(cluster)))
          throw new Problem(
            409,
            `${fence.leftBehind} attempts were given up in cluster ${cluster}, and are not known to be gone there. Karmada removes them when the cluster is back; jobs are sent there after that`,
          );
        log.warn({ cluster, by: caller.name }, 'The fence of a cluster is lifted: jobs are sent there again');
        return { body: { message: `Cluster ${cluster} is fenced no longer`, done: true } };
      },
    }),
  ];
};

function mustAdministrate(may: boolean, name: string): void {
  if (!may) throw new Problem(403, `${name} lacks the role admin in all namespaces: jobs of all of them may be there`);
}
