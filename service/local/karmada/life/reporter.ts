import { request as requestPlain } from 'node:http';
import { request } from 'node:https';
import type { StoredObject } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import { environmentOf, readFile } from './container.ts';

const TIMEOUT_MS = 5_000;

/**
 * Reports as HuggingFace's Trainer does: to the address in its variables, with the token and the authority in its files.
 * Any answer is taken for an answer. false: nobody is there, or this pod was not told whom to report to.
 */
export async function postReport(member: Member, pod: StoredObject, body: object): Promise<boolean> {
  const variables = environmentOf(pod);
  const address = variables.KUBEFLOW_TRAINER_SERVER_URL;
  if (address === undefined) return false;
  const url = new URL(address);
  // Outside of the cluster, as the hub is, it is reached as it is written.
  const isOutside = url.protocol === 'http:';
  const port = isOutside ? Number(url.port) : member.services.get(url.host);
  if (port === undefined) return false;
  const [token, ca] = await Promise.all([
    readFile(member, pod, variables.KUBEFLOW_TRAINER_SERVER_TOKEN ?? ''),
    readFile(member, pod, variables.KUBEFLOW_TRAINER_SERVER_CA_CERT ?? ''),
  ]);
  return new Promise((resolve) => {
    const sent = (isOutside ? requestPlain : request)(
      {
        host: '127.0.0.1',
        servername: url.hostname,
        port,
        path: url.pathname,
        method: 'POST',
        agent: false,
        ca,
        timeout: TIMEOUT_MS,
        headers: { host: url.host, 'content-type': 'application/json', authorization: `Bearer ${token ?? ''}` },
      },
      (response) => response.resume().once('close', () => resolve(true)),
    );
    sent.once('timeout', () => sent.destroy());
    sent.once('error', () => resolve(false));
    sent.end(JSON.stringify(body));
  });
}
