import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
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

const folder = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

interface SigningRequest {
  readonly status?: { readonly certificate?: string };
}

/** A key that never leaves this process but in the Secret, and a certificate for it from the cluster's own authority. */
export async function issueCertificate(
  { api, pause }: Cluster,
  { group, user }: Identity,
  timeoutMs: number,
): Promise<User> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const wanted = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${user}, O=${group}`,
    keys,
    signingAlgorithm: ALGORITHM,
  });
  const metadata = { name: `${user}-${randomBytes(4).toString('hex')}` };
  const path = `${folder}/${metadata.name}`;
  const request = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata,
    spec: {
      request: Buffer.from(wanted.toString('pem')).toString('base64'),
      signerName: SIGNER,
      usages: ['client auth'],
      expirationSeconds: YEAR_SECONDS,
    },
  };
  const created = await api.ask<object>('POST', folder, { body: request });
  try {
    const condition = { type: 'Approved', status: 'True', reason: 'Deploy', message: 'approved by npm run deploy' };
    await api.ask('PUT', `${path}/approval`, { body: { ...created, status: { conditions: [condition] } } });
    const certificate = await signed({ api, pause }, path, Math.min(timeoutMs, SIGNED_WITHIN_MS));
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      'client-certificate-data': certificate,
      'client-key-data': Buffer.from(pem('PRIVATE KEY', key)).toString('base64'),
    };
  } finally {
    await api.text('DELETE', path).catch(() => undefined);
  }
}

async function signed({ api, pause }: Pick<Cluster, 'api' | 'pause'>, path: string, limitMs: number): Promise<string> {
  for (let waited = 0; waited < limitMs; waited += 500) {
    const certificate = (await api.find<SigningRequest>(path))?.status?.certificate;
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
