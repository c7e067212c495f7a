import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly ca: string;
  /** For https://127.0.0.1 and the host. */
  readonly server: Certificate;
  client(user: string): Promise<Certificate>;
}

/** Made anew for each run: no key lies in the repository. */
export async function createAuthority(host = 'karmada.example'): Promise<Authority> {
  const root = await generate([{ name: 'commonName', value: 'test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { cert: root.cert, key: root.private };
  const issue = async (name: string, extensions: NonNullable<Parameters<typeof generate>[1]>['extensions']) => {
    const issued = await generate([{ name: 'commonName', value: name }], {
      keyType: 'ec',
      algorithm: 'sha256',
      ca,
      ...(extensions && { extensions }),
    });
    return { cert: issued.cert, key: issued.private };
  };
  return {
    ca: root.cert,
    server: await issue('karmada', [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: host },
        ],
      },
    ]),
    client: (user) => issue(user, [{ name: 'extKeyUsage', clientAuth: true }]),
  };
}
