import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { KubeError } from '../../kube/errors.ts';
import { SECRET } from '../../kube/kinds.ts';
import type { Kube, KubeObject } from '../../kube/kube.ts';

// The endpoint's certificate and the authority that signed it, kept in a Secret that all replicas share. A Secret that
// holds no key of an authority was filled by others (tls.crt, tls.key, ca.crt), and is used as it is.

export interface Certificates {
  readonly cert: string;
  readonly key: string;
  /** What workers check the endpoint by. */
  readonly authority: string;
}

interface CertificateOptions {
  readonly kube: Kube;
  readonly namespace: string;
  readonly secret: string;
  /** Host names and addresses that workers reach the endpoint by. */
  readonly hosts: readonly string[];
  readonly now?: () => Date;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
const CERTIFICATE_DAYS = 90;
const RENEW_BEFORE_DAYS = 30;
/** Two replicas that renew together: one of them reads what the other wrote. */
const TRIES = 5;

/** Read, or made where it is missing, about to expire, or for other names. */
export async function ensureCertificates(options: CertificateOptions): Promise<Certificates> {
  const { kube, namespace, secret } = options;
  for (let attempt = 1; ; attempt += 1) {
    const stored = await kube.get(SECRET, { namespace, name: secret });
    const held = read(stored);
    if (held && !isOver(held, options)) return held;
    try {
      return await renew(stored, held, options);
    } catch (error) {
      const isRace = error instanceof KubeError && error.failure === 'conflict' && attempt < TRIES;
      if (!isRace) throw error;
    }
  }
}

interface Held extends Certificates {
  readonly authorityKey: string | undefined;
}

function read(stored: KubeObject | undefined): Held | undefined {
  const data = (stored as { data?: Record<string, string> } | undefined)?.data ?? {};
  const text = (name: string): string | undefined =>
    data[name] === undefined ? undefined : Buffer.from(data[name], 'base64').toString('utf8');
  const [cert, key, authority] = [text('tls.crt'), text('tls.key'), text('ca.crt')];
  if (!cert || !key || !authority) return undefined;
  return { cert, key, authority, authorityKey: text('ca.key') };
}

function isOver({ cert, authorityKey }: Held, { hosts, now = () => new Date() }: CertificateOptions): boolean {
  if (authorityKey === undefined) return false;
  const certificate = new X509Certificate(cert);
  const left = certificate.notAfter.getTime() - now().getTime();
  const alternatives =
    certificate.getExtension(SubjectAlternativeNameExtension)?.names.items.map(({ value }) => value) ?? [];
  return left < RENEW_BEFORE_DAYS * DAY_MS || !hosts.every((host) => alternatives.includes(host));
}

async function renew(stored: KubeObject | undefined, held: Held | undefined, options: CertificateOptions) {
  const { kube, namespace, secret, now = () => new Date() } = options;
  const authority = (held && (await usableAuthority(held, now()))) ?? (await createAuthority(now()));
  const fresh = await createCertificate(authority, options.hosts, now());
  const data = { 'tls.crt': fresh.cert, 'tls.key': fresh.key, 'ca.crt': authority.cert, 'ca.key': authority.key };
  const object = {
    apiVersion: SECRET.apiVersion,
    kind: SECRET.kind,
    metadata: {
      name: secret,
      namespace,
      ...(stored?.metadata.resourceVersion === undefined ? {} : { resourceVersion: stored.metadata.resourceVersion }),
    },
    type: 'kubernetes.io/tls',
    data: Object.fromEntries(Object.entries(data).map(([name, text]) => [name, Buffer.from(text).toString('base64')])),
  };
  await (stored ? kube.replace(SECRET, object) : kube.create(SECRET, object));
  return { ...fresh, authority: authority.cert };
}

interface Authority {
  readonly cert: string;
  readonly key: string;
}

/** Kept as long as it can be: workers that run know it. */
async function usableAuthority({ authority, authorityKey }: Held, now: Date): Promise<Authority | undefined> {
  if (authorityKey === undefined) return undefined;
  const left = new X509Certificate(authority).notAfter.getTime() - now.getTime();
  return left > CERTIFICATE_DAYS * DAY_MS ? { cert: authority, key: authorityKey } : undefined;
}

const later = (now: Date, days: number): Date => new Date(now.getTime() + days * DAY_MS);
const newKeys = () => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
const serialNumber = (): string => Buffer.from(webcrypto.getRandomValues(new Uint8Array(16))).toString('hex');

async function createAuthority(now: Date): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=trainingjob-progress',
    // Clocks differ a little.
    notBefore: later(now, -1),
    notAfter: later(now, AUTHORITY_DAYS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

async function createCertificate(authority: Authority, hosts: readonly string[], now: Date) {
  const signer = new X509Certificate(authority.cert);
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${hosts[0] ?? 'trainingjob-progress'}`,
    issuer: signer.subject,
    notBefore: later(now, -1),
    notAfter: later(now, CERTIFICATE_DAYS),
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value }))),
      await AuthorityKeyIdentifierExtension.create(signer.publicKey),
    ],
  });
  return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey) };
}

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const body = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const body = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', body, ALGORITHM, false, ['sign']);
}
