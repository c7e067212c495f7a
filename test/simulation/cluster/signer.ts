import { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequest, X509CertificateGenerator } from '@peculiar/x509';
import type { SubresourceHandler } from '../../../service/local/kube/api-server.ts';
import { parseBody } from '../../../service/local/kube/body.ts';
import { json, type Reply } from '../../../service/local/kube/exchange.ts';
import { listAt, pick, type StoredObject, textAt } from '../../../service/local/kube/objects.ts';
import type { Registry } from '../../../service/local/kube/registry.ts';
import { SIGNING_REQUEST } from './kinds.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const YEAR_MS = 365 * 24 * 3_600_000;

/** A cluster's authority: signs approved requests for clients, as the signer kubernetes.io/kube-apiserver-client does. */
export async function createSigner(registry: () => Registry, signs: () => boolean): Promise<SubresourceHandler> {
  const authority = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);

  async function sign(request: StoredObject): Promise<string> {
    const pem = Buffer.from(textAt(request, 'spec', 'request') ?? '', 'base64').toString();
    const wanted = new Pkcs10CertificateRequest(pem);
    const certificate = await X509CertificateGenerator.create({
      subject: wanted.subject,
      issuer: 'CN=simulated',
      publicKey: wanted.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(),
      notAfter: new Date(Date.now() + YEAR_MS),
    });
    return Buffer.from(certificate.toString('pem')).toString('base64');
  }

  return async (request, _route, object): Promise<Reply> => {
    const conditions = listAt(parseBody(request), 'status', 'conditions');
    const approved = conditions.some((each) => pick(each, 'type') === 'Approved' && pick(each, 'status') === 'True');
    const certificate = approved && signs() ? { certificate: await sign(object) } : {};
    const { name } = object.metadata;
    registry().setStatus(SIGNING_REQUEST, undefined, name, { conditions, ...certificate });
    return json(200, registry().read(SIGNING_REQUEST, undefined, name));
  };
}
