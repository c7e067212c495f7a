import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { OPERATOR } from '../../service/contract.ts';
import { freePort } from '../../service/local/free-port.ts';
import { API, API_VERSION, PROGRESS } from '../../service/trainingjob/index.ts';
import type { Base } from '../flow/base.ts';
import type { JobAnswer } from '../flow/client.ts';
import type { KubeApi } from '../flow/kube-api.ts';
import { eventually, startWorld, type World } from '../flow/world.ts';
import { program } from '../program.ts';
import { type Pod, playKubelet } from './kubelet.ts';

/** Where `infra` puts the operator, and as whom it runs there: Karmada has brought both to the member. */
const OWN = { namespace: 'training-operator', account: 'controller-manager' };

interface Member {
  readonly name: string;
  readonly api: KubeApi;
  readonly kubeconfig: string;
}

/** TrainingJobs from the hub through Karmada to our operator in a member, whose Jobs are those of Kubernetes. */
export function describeOperator(startBase: () => Promise<Base>): void {
  describe('our operator in a member', () => {
    let world: World;
    let member: Member | undefined;
    let operator: OperatorProcess | undefined;
    let folder: string;
    beforeAll(async () => {
      const base = await startBase();
      folder = await mkdtemp(join(tmpdir(), 'operator-'));
      world = await startWorld(base);
      const [name = ''] = base.membersWithJobs;
      const [api, kubeconfig] = [base.members.get(name), base.memberKubeconfigs.get(name)];
      if (api && kubeconfig) member = { name, api, kubeconfig };
      if (member) operator = await startOperatorProcess(member, folder);
      else if (!base.simulated) console.log('No member has a Job controller: the operator in a member is left out');
    });
    afterAll(async () => {
      await operator?.stop();
      await world?.close();
      await rm(folder, { recursive: true });
    });

    it('runs a training, tells how far it is, stops and goes on, starts again what failed, and leaves nothing', async (context) => {
      if (!member || !operator) return context.skip();
      const { base, client } = world;
      const { api, name: cluster } = member;
      const namespace = world.newNamespace();
      const kubelet = playKubelet(api, namespace, base.patienceMs);
      context.onTestFinished(() => kubelet.stop());
      const job: JobAnswer = await client.submit({
        jobName: 'demo',
        namespace,
        runtime: 'trainingjob',
        algorithm: { source: 'container', algorithmName: 'bert', imageUri: 'busybox:1.37' },
        resources: { instanceCount: 2, volumeSizeGB: 3 },
        targetClusters: [cluster],
      });
      const shows = (holds: (now: JobAnswer) => boolean) =>
        client.until(job.id, (now) => now !== undefined && holds(now));
      const placed = await world.placed(job);
      const pods = `training-job=${placed.path.split('/').at(-1)}`;
      const onKarmada = async () => (await base.control.get(placed.path)).body.status ?? {};

      const [first] = await kubelet.run(pods, 2);
      if (!first) throw new Error('No pod');
      await shows(({ status }) => status === 'Running');
      expect(
        await report(first, await kubelet.token(first, PROGRESS.audience), await authority(api, first, namespace), {
          percent: 45,
        }),
      ).toBe(200);
      await shows(({ progress }) => progress?.source === 'trainingjob' && progress.percent === 45);
      await eventually(base, 'the status on Karmada', async () => {
        const { state, progress, workers } = await onKarmada();
        return (state === 'Running' && progress === '45%' && workers?.active === 2) || undefined;
      });

      expect((await client.send('POST', `/api/v1/jobs/${job.id}/suspend`)).status).toBe(202);
      await shows(({ reason }) => reason === 'Suspended');
      await eventually(base, 'its pods to go', async () => (await kubelet.list(pods)).length === 0 || undefined);
      expect((await client.send('POST', `/api/v1/jobs/${job.id}/resume`)).status).toBe(202);
      const resumed = await kubelet.run(pods, 2);
      await shows(({ status }) => status === 'Running');

      if (resumed[1]) await kubelet.end(resumed[1], 1);
      await eventually(base, 'the pods that were resumed to go', async () => {
        const uids = (await kubelet.list(pods)).map(({ metadata }) => metadata.uid);
        return !resumed.some(({ metadata }) => uids.includes(metadata.uid)) || undefined;
      });
      const last = await kubelet.run(pods, 2);
      await shows(({ status }) => status === 'Running');
      for (const pod of last) await kubelet.end(pod, 0);
      await shows(({ status }) => status === 'Succeeded');
      await eventually(base, 'its end on Karmada', async () => {
        const { state, restartCount } = await onKarmada();
        return (state === 'Completed' && restartCount === 1) || undefined;
      });

      await client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await client.until(job.id, (now) => now === undefined);
      expect(await world.remains(job)).toEqual([]);
      await eventually(base, 'all that the operator made to go', async () => {
        const left = await Promise.all(
          ['apis/batch/v1/X/jobs', 'api/v1/X/pods', 'api/v1/X/services', 'api/v1/X/persistentvolumeclaims'].map(
            async (path) => (await api.get(`/${path.replace('X', `namespaces/${namespace}`)}`)).body.items,
          ),
        );
        return left.flat().length === 0 || undefined;
      });
    });

    it('is not needed for a batch Job, which Kubernetes runs', async (context) => {
      if (!member) return context.skip();
      const { base, client } = world;
      const namespace = world.newNamespace();
      const kubelet = playKubelet(member.api, namespace, base.patienceMs);
      context.onTestFinished(() => kubelet.stop());
      const job = await client.submit({
        jobName: 'demo',
        namespace,
        runtime: 'job',
        algorithm: { source: 'container', algorithmName: 'mine', imageUri: 'busybox:1.37' },
        command: ['true'],
        targetClusters: [member.name],
      });
      const placed = await world.placed(job);
      const pods = `batch.kubernetes.io/job-name=${placed.path.split('/').at(-1)}`;
      const [pod] = await kubelet.run(pods, 1);
      await client.until(job.id, (now) => now?.status === 'Running');
      if (pod) await kubelet.end(pod, 0);
      await client.until(job.id, (now) => now?.status === 'Succeeded');
      await client.send('DELETE', `/api/v1/jobs/${job.id}`);
      await client.until(job.id, (now) => now === undefined);
      expect(await world.remains(job)).toEqual([]);
    });

    it('begins anew when its claim was deleted with the checkpoint that it was to go on from', async (context) => {
      if (!member || !operator) return context.skip();
      const { base } = world;
      const { api } = member;
      const namespace = world.newNamespace();
      await api.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      const kubelet = playKubelet(api, namespace, base.patienceMs);
      context.onTestFinished(() => kubelet.stop());
      const trainingJobs = `/apis/${API_VERSION}/namespaces/${namespace}/${API.plural}`;
      const made = await api.post(trainingJobs, {
        apiVersion: API_VERSION,
        kind: API.kind,
        metadata: { name: 'kept', namespace },
        spec: { model: 'm', dataset: 'd', gpusPerWorker: 0, checkpoint: { storage: { type: 'pvc' } } },
      });
      expect(made.status).toBe(201);
      const [first] = await kubelet.run('training-job=kept', 1);
      if (!first) throw new Error('No pod');
      const sent = { percent: 10, checkpoint: '/checkpoints/1' };
      expect(
        await report(
          first,
          await kubelet.token(first, PROGRESS.audience),
          await authority(api, first, namespace),
          sent,
        ),
      ).toBe(200);
      const status = async () => (await api.get(`${trainingJobs}/kept`)).body.status ?? {};
      await eventually(base, 'the checkpoint', async () => (await status()).checkpoint?.latest || undefined);
      const claim = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/kept-checkpoints`;
      const { uid } = (await api.get(claim)).body.metadata;
      await api.delete(claim);
      await eventually(base, 'the claim to go', async () => (await api.get(claim)).status === 404 || undefined);
      await kubelet.end(first, 1);
      await eventually(base, 'the next attempt', async () => (await status()).attempt === 2 || undefined);
      const second = await eventually(base, 'its pod', async () =>
        (await kubelet.list('training-job=kept')).find(({ metadata }) => metadata.uid !== first.metadata.uid),
      );
      expect(second.spec.containers[0]?.env.find(({ name }) => name === 'RESUME_FROM')).toBeUndefined();
      expect((await api.get(claim)).body.metadata.uid).not.toBe(uid);
      await eventually(base, 'the word of it', async () => {
        const { body } = await api.get(`/api/v1/namespaces/${namespace}/events`);
        return body.items.some(({ reason }: { reason: string }) => reason === 'CheckpointLost') || undefined;
      });
    });
  });
}

/** As the program in the pod: to the address, and with the files, that its pod names. */
async function report(
  pod: Pod,
  token: string,
  ca: string,
  { percent, checkpoint }: { readonly percent: number; readonly checkpoint?: string },
): Promise<number | undefined> {
  const url = pod.spec.containers[0]?.env.find(({ name }) => name === 'KUBEFLOW_TRAINER_SERVER_URL')?.value ?? '';
  const sending = request(url, {
    method: 'POST',
    ca,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  const answered = once(sending, 'response');
  const trainerStatus = {
    progressPercentage: percent,
    ...(checkpoint !== undefined && { checkpoint }),
    metrics: [{ name: 'loss', value: '0.31' }],
    lastUpdatedTime: new Date().toISOString(),
  };
  sending.end(JSON.stringify({ trainerStatus }));
  const [answer] = await answered;
  answer.resume();
  return answer.statusCode;
}

async function authority(api: KubeApi, { metadata }: Pod, namespace: string): Promise<string> {
  const { body } = await api.get(`/api/v1/namespaces/${namespace}/pods/${metadata.name}`);
  const sources = body.spec.volumes.find(({ name }: { name: string }) => name === 'progress').projected.sources;
  const { configMap } = sources.find((source: { configMap?: unknown }) => source.configMap);
  const { body: found } = await api.get(`/api/v1/namespaces/${namespace}/configmaps/${configMap.name}`);
  return found.data[configMap.items[0].key];
}

interface OperatorProcess {
  stop(): Promise<void>;
}

/** With the rights that it has there, and no more. */
async function startOperatorProcess({ api, kubeconfig }: Member, folder: string): Promise<OperatorProcess> {
  const path = `/api/v1/namespaces/${OWN.namespace}/serviceaccounts/${OWN.account}/token`;
  const { body, status } = await api.post(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3_600 },
  });
  if (status !== 201) throw new Error(`The operator has no account in the member: ${JSON.stringify(body)}`);
  const config = parse(await readFile(kubeconfig, 'utf8'));
  config.users = config.users.map(({ name }: { name: string }) => ({ name, user: { token: body.status.token } }));
  const file = join(folder, 'operator.yaml');
  await writeFile(file, stringify(config), { mode: 0o600 });
  const [metrics, progress] = [await freePort(), await freePort()];
  const { env, paths } = OPERATOR;
  const child = spawn(process.execPath, [await program('service/operator/main.ts')], {
    env: {
      PATH: process.env.PATH,
      [env.kubeconfig]: file,
      [env.ownNamespace]: OWN.namespace,
      [env.ownName]: 'contract',
      [env.metricsPort]: String(metrics),
      [env.progressPort]: String(progress),
      [env.progressUrl]: `https://127.0.0.1:${progress}`,
      [env.logLevel]: process.env.TEST_LOG ?? 'warn',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const exited = once(child, 'exit');
  await ready(child, `http://127.0.0.1:${metrics}${paths.ready}`);
  return {
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The operator has ended with ${child.exitCode}`);
    if ((await fetch(url).catch(() => undefined))?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
