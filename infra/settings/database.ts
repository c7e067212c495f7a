import { z } from 'zod';
import { cronFields } from './cron.ts';
import { serverExtras } from './extras.ts';
import { type Amounts, ANYWHERE, endpoint, image, PRIVATE, resources, section, volume } from './fragments.ts';
import * as s from './scalars.ts';
import { THIRD_PARTY_IMAGES } from './third-party-images.ts';
import { dumps } from './workloads.ts';

interface DatabaseDefaults {
  database: string;
  user: string;
  size: string;
  /** Secret with the keys `password` and `url`, made at deploy. */
  secret: string;
  requests: Amounts;
  limits: Amounts;
}

const identifier = () => s.text('[a-z_][a-z0-9_]*', 'lower-case letters, digits and underscores', 63);

/** The Secret with which backups get into the object storage: account and key, whoever's it is. */
export const OBJECT_STORE_KEYS = { account: 'ACCESS_KEY_ID', key: 'ACCESS_SECRET_KEY' } as const;

/** PostgreSQL in one of three ways: a pod of our own, a CloudNativePG cluster, or one that runs elsewhere. */
export const postgres = (defaults: DatabaseDefaults) =>
  section('PostgreSQL.', {
    mode: z
      .enum(['bundled', 'cloudnativepg', 'external'])
      .default('bundled')
      .describe('One pod of our own, a CloudNativePG cluster with failover, or a server that runs elsewhere.'),
    database: identifier().default(defaults.database).describe('Name of the database.'),
    user: identifier().default(defaults.user).describe('Its owner, as whom the clients log in.'),
    secret: section('The Secret with the credentials. CloudNativePG makes its own.', {
      name: s.objectName().default(defaults.secret).describe('Name of the Secret.'),
      passwordKey: s.secretKey().default('password').describe('Key of the password (bundled).'),
      urlKey: s.secretKey().default('url').describe('Key of the URL that clients connect with (bundled, external).'),
    }),
    resources: resources(defaults.requests, defaults.limits),
    volume: volume(defaults.size),
    ...serverExtras(),
    bundled: section('For mode bundled.', {
      image: image(THIRD_PARTY_IMAGES.postgres),
      backup: dumps(),
    }),
    cloudnativepg: section('For mode cloudnativepg.', {
      instances: z.int().min(1).max(9).default(3).describe('Number of servers, one of them the primary.'),
      image: image(THIRD_PARTY_IMAGES.cloudnativePostgres),
      operatorNamespace: s
        .dnsLabel()
        .default('cnpg-system')
        .describe('Namespace of the operator, which must reach the pods.'),
      serviceAccountAnnotations: s
        .annotations()
        .default({})
        .describe("Annotations of the instances' ServiceAccount, such as iam.gke.io/gcp-service-account."),
      backup: section('Backups by the operator.', {
        method: z
          .enum(['volumeSnapshot', 'objectStore', 'none'])
          .default('volumeSnapshot')
          .describe('Snapshots of the volumes, base backups and WAL to object storage, or none.'),
        schedule: cronFields().default('30 2 * * *').describe('When to back up.'),
        keepDays: z
          .int()
          .min(1)
          .max(365)
          .default(30)
          .describe('Backups in the object store older than this are deleted.'),
        snapshotClass: s.optionalName().default('').describe("VolumeSnapshotClass; empty: the cluster's default."),
        objectStore: section('For method objectStore.', {
          provider: z
            .enum(['s3', 'azure', 'google'])
            .default('s3')
            .describe(
              "Whose it is: S3-compatible and Azure, by account and key from a Secret; Google's, by the pods' own identity (workload identity, serviceAccountAnnotations).",
            ),
          destination: s
            .text(
              '(s3|gs)://[-._a-z0-9]{3,63}(/[-._a-zA-Z0-9]+)*|https://[a-z0-9]{3,24}\\.blob\\.core\\.windows\\.net(/[-._a-zA-Z0-9]+)+',
              'an address such as s3://bucket/path, gs://bucket/path or https://account.blob.core.windows.net/container',
            )
            .default('s3://backups/postgres')
            .describe('Where the backups go.'),
          endpointUrl: s
            .optionalHttpUrl()
            .default('')
            .describe("Address of an S3-compatible storage; empty: the provider's own."),
          secretName: s
            .objectName()
            .default(`${defaults.secret}-backup`)
            .describe('Secret with the keys ACCESS_KEY_ID and ACCESS_SECRET_KEY: of Azure the account and its key.'),
          address: endpoint('The storage, as the NetworkPolicy must name it.', { cidrs: ANYWHERE, port: 443 }),
        }),
      }),
    }),
    external: endpoint('For mode external: the server, as the NetworkPolicy must name it.', {
      cidrs: PRIVATE,
      port: 5432,
    }),
  });
export type PostgresSettings = z.output<ReturnType<typeof postgres>>;
