import { Certificate, ClusterIssuer, Issuer } from '../../../imports/cert-manager.io.ts';
import { INSTANCE } from '../../constructs/labels.ts';
import type { Stack } from '../../constructs/stack.ts';
import { hostOf } from './names.ts';
import type { Settings } from './settings.ts';

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';
const LETS_ENCRYPT_STAGING = 'https://acme-staging-v02.api.letsencrypt.org/directory';

/** As the guide of the first operator has them: a year, renewed a month before its end. */
const DURATION = '8760h';
const RENEW_BEFORE = '720h';
/** The CA outlives what it signs. */
const CA_DURATION = '87600h';

const ECDSA = { algorithm: 'ECDSA', size: 256 };

/** Where the entrance finds its certificate: in a Secret, at Google, at the Gateway, or it has none. */
export function certificateComesFrom({
  certificates,
  exposure,
}: Settings): 'secret' | 'google' | 'gateway' | 'nowhere' {
  if (exposure.type === 'none') return 'nowhere';
  if (exposure.type === 'gateway') return 'gateway';
  if (exposure.type === 'gke' && exposure.gke.managedCertificate) return 'google';
  return certificates.issuer === 'none' ? 'nowhere' : 'secret';
}

/** Who issues the certificate of the host, and the wish for it. */
export function certify(stack: Stack, settings: Settings): void {
  const { certificates } = settings;
  if (certificateComesFrom(settings) !== 'secret') return;
  const issuerRef = issuer(stack, settings);
  const host = hostOf(settings);
  if (!issuerRef || host === undefined) return;
  new Certificate(stack, 'certificate', {
    metadata: { name: stack.named('grafana-tls') },
    spec: {
      secretName: certificates.secretName,
      issuerRef,
      dnsNames: [host],
      privateKey: ECDSA,
      ...(certificates.issuer === 'selfSigned' && { duration: DURATION, renewBefore: RENEW_BEFORE }),
    },
  });
}

function issuer(stack: Stack, settings: Settings): { name: string; kind: string } | undefined {
  const { issuer, existing } = settings.certificates;
  switch (issuer) {
    case 'selfSigned':
      return ownAuthority(stack);
    case 'letsEncrypt':
      return letsEncrypt(stack, settings);
    case 'existing':
      return { name: existing.name, kind: existing.kind };
    case 'none':
      return undefined;
  }
}

/** A CA that signs itself, and signs what it is asked for in this namespace. */
function ownAuthority(stack: Stack): { name: string; kind: string } {
  const beginning = stack.named('selfsigned-issuer');
  const secretName = stack.named('grafana-ca-secret');
  new ClusterIssuer(stack, 'self-signed', { metadata: { name: beginning }, spec: { selfSigned: {} } });
  new Certificate(stack, 'ca', {
    metadata: { name: stack.named('grafana-ca') },
    spec: {
      isCa: true,
      commonName: stack.named('grafana-ca'),
      secretName,
      duration: CA_DURATION,
      privateKey: ECDSA,
      issuerRef: { name: beginning, kind: 'ClusterIssuer' },
    },
  });
  const name = stack.named('grafana-ca-issuer');
  new Issuer(stack, 'ca-issuer', { metadata: { name }, spec: { ca: { secretName } } });
  return { name, kind: 'Issuer' };
}

function letsEncrypt(stack: Stack, { certificates, exposure }: Settings): { name: string; kind: string } {
  const { dnsProject, email, solver, staging } = certificates.letsEncrypt;
  const name = stack.named(staging ? 'letsencrypt-staging' : 'letsencrypt-prod');
  const isGoogle = exposure.type === 'gke';
  const { className } = exposure.ingress;
  const http01 = {
    ingress: {
      ...(isGoogle && { class: 'gce' }),
      ...(!isGoogle && className !== '' && { ingressClassName: className }),
      // By which the ground rules of the namespace know the pods that it starts.
      podTemplate: { metadata: { labels: { [INSTANCE]: stack.instance } } },
    },
  };
  new Issuer(stack, 'lets-encrypt', {
    metadata: { name },
    spec: {
      acme: {
        server: staging ? LETS_ENCRYPT_STAGING : LETS_ENCRYPT,
        email,
        privateKeySecretRef: { name: `${name}-key` },
        // dns01 acts as the pods of cert-manager: by workload identity, without a key that lies somewhere.
        solvers: [solver === 'dns01' ? { dns01: { cloudDns: { project: dnsProject } } } : { http01 }],
      },
    },
  });
  return { name, kind: 'Issuer' };
}
