import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import type { Kind } from '../../service/kube/kinds.ts';
import type { ObjectName } from '../../service/kube/kube.ts';
import { StepFailure } from './failure.ts';
import type { Cluster } from './kube/cluster.ts';
import type { Known, User } from './kubeconfig-file.ts';

interface Identity {
  readonly user: string;
  readonly group: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const SIGNER = 'kubernetes.io/kube-apiserver-client';
const YEAR_SECONDS = 365 * 24 * 3_600;
/** Less than this left, or than a third where its cluster gives it a short life: a redeploy makes a new one. */
const RENEW_BEFORE_MS = 90 * 24 * 3_600_000;
const LAST_PART = 1 / 3;
const SIGNED_WITHIN_MS = 30_000;

const REQUEST: Kind = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  namespaced: false,
};

interface Status {
  readonly certificate?: string;
}

/** A key that never leaves this process but in the Secret, and a certificate for it from the cluster's own authority. */
export async function issueCertificate(karmada: Cluster, { group, user }: Identity, timeoutMs: number): Promise<User> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const wanted = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${user}, O=${group}`,
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const metadata = { name: `${user}-${randomBytes(4).toString('hex')}` };
  const name: ObjectName = { namespace: null, name: metadata.name };
  const { kube } = karmada;
  const request = {
    apiVersion: REQUEST.apiVersion,
    kind: REQUEST.kind,
    metadata,
    spec: {
      request: Buffer.from(wanted.toString('pem')).toString('base64'),
      signerName: SIGNER,
      usages: ['client auth'],
      expirationSeconds: YEAR_SECONDS,
    },
  };
  const created = await kube.create(REQUEST, request);
  try {
    const condition = { type: 'Approved', status: 'True', reason: 'Deploy', message: 'approved by npm run deploy' };
    const approval = `/apis/${REQUEST.apiVersion}/${REQUEST.plural}/${metadata.name}/approval`;
    await karmada.ask('PUT', approval, { ...created, status: { conditions: [condition] } });
    const certificate = await signed(karmada, name, Math.min(timeoutMs, SIGNED_WITHIN_MS));
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      'client-certificate-data': certificate,
      'client-key-data': Buffer.from(pem('PRIVATE KEY', key)).toString('base64'),
    };
  } finally {
    await kube.delete(REQUEST, name).catch(() => undefined);
  }
}

async function signed({ kube, pause }: Cluster, name: ObjectName, limitMs: number): Promise<string> {
  for (let waited = 0; waited < limitMs; waited += 500) {
    const { certificate } = ((await kube.get(REQUEST, name))?.status ?? {}) as Status;
    if (certificate) return certificate;
    await pause(500);
  }
  throw new StepFailure(
    `Karmada signed no certificate within ${limitMs / 1000} s: run the controller csrsigning in its kube-controller-manager, or set karmada.identity.type to serviceAccount`,
  );
}

const pem = (label: string, base64: string): string =>
  `-----BEGIN ${label}-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

/** For this identity, and not about to end. */
export function stillGood({ user }: Known, { group, user: name }: Identity): boolean {
  try {
    const encoded = user['client-certificate-data'] ?? '';
    const certificate = new X509Certificate(Buffer.from(encoded, 'base64'));
    const names = new Set(certificate.subject.split('\n'));
    const ends = Date.parse(certificate.validTo);
    const life = ends - Date.parse(certificate.validFrom);
    const isFresh = ends - Date.now() > Math.min(RENEW_BEFORE_MS, life * LAST_PART);
    return names.has(`CN=${name}`) && names.has(`O=${group}`) && isFresh;
  } catch {
    return false;
  }
}
