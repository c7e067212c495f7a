import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kube } from '../../kube/kube.ts';
import { type Clock, systemClock } from '../clock.ts';
import { type Certificates, ensureCertificates } from './certificate.ts';

/** The endpoint's certificate as it is now, and what follows its renewals. */
export interface KeptCertificates {
  current(): Certificates;
  /** Told of each that comes after. */
  onChange(use: (next: Certificates, before: Certificates) => void): void;
  stop(): void;
}

interface KeepOptions {
  readonly kube: Kube;
  readonly namespace: string;
  readonly secret: string;
  /** A folder with tls.crt, tls.key and ca.crt that others renew (cert-manager's Secret, mounted); undefined: made here. */
  readonly folder: string | undefined;
  /** As workers reach the endpoint. */
  readonly url: string;
  readonly clock?: Clock;
  readonly onTrouble: (error: unknown) => void;
}

/** Renewed a month before its end: an hour more or less is nothing. */
const MADE_CHECK_MS = 3_600_000;
/** A kubelet takes about a minute to bring a changed Secret into a folder. */
const MOUNTED_CHECK_MS = 30_000;

export async function keepCertificates(options: KeepOptions): Promise<KeptCertificates> {
  const { clock = systemClock, folder, kube, namespace, onTrouble, secret, url } = options;
  const hosts = [new URL(url).hostname.replace(/^\[|\]$/g, '')];
  const read = () =>
    folder === undefined ? ensureCertificates({ kube, namespace, secret, hosts }) : readFolder(folder);
  const listeners: ((next: Certificates, before: Certificates) => void)[] = [];
  let current = await read();
  let cancel = (): void => {};
  let stopped = false;

  async function look(): Promise<void> {
    try {
      const next = await read();
      const before = current;
      if (stopped || (next.cert === before.cert && next.authority === before.authority)) return;
      current = next;
      for (const use of listeners) use(next, before);
    } catch (error) {
      // The one at hand is good for a while.
      onTrouble(error);
    }
  }

  function plan(): void {
    if (stopped) return;
    cancel = clock.after(folder === undefined ? MADE_CHECK_MS : MOUNTED_CHECK_MS, () => void look().then(plan));
  }
  plan();

  return {
    current: () => current,
    onChange: (use) => void listeners.push(use),
    stop() {
      stopped = true;
      cancel();
    },
  };
}

/** All three of one renewal: the kubelet changes a folder as a whole, but between two reads of ours. */
async function readFolder(folder: string): Promise<Certificates> {
  const files = async () => {
    const [cert = '', key = '', authority = ''] = await Promise.all(
      ['tls.crt', 'tls.key', 'ca.crt'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    return { cert, key, authority };
  };
  const first = await files();
  const again = await files();
  return first.cert === again.cert && first.key === again.key ? again : readFolder(folder);
}
