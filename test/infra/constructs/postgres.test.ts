import { describe, expect, test } from 'vitest';
import { postgresSecrets } from '../../../infra/constructs/created-at-deploy.ts';
import { Postgres } from '../../../infra/constructs/postgres.ts';
import { tcp } from '../../../infra/constructs/probes.ts';
import { WebService } from '../../../infra/constructs/web-service.ts';
import { postgres } from '../../../infra/settings/database.ts';
import { image, resources } from '../../../infra/settings/fragments.ts';
import { build, env, extrasOf } from './build.ts';

const small = { cpu: '100m', memory: '128Mi' };
const schema = postgres({
  database: 'shop',
  user: 'shop',
  size: '3Gi',
  secret: 'shop-db',
  requests: small,
  limits: small,
});

function database(values: Parameters<typeof schema.parse>[0]) {
  const settings = schema.parse(values);
  const built = build(
    (stack) => {
      const server = new Postgres(stack, 'db', { name: 'postgres', claimName: 'postgres-pvc', settings });
      new WebService(stack, 'client', {
        title: 'Client',
        component: 'client',
        image: image({ repository: 'client' }).parse({}),
        user: 1,
        replicas: 1,
        resources: resources(small, small).parse({}),
        extras: extrasOf(),
        probes: { liveness: tcp(1), readiness: tcp(1) },
        talksTo: [server.connection()],
      });
    },
    { storage: { className: 'fast' } },
  );
  const client = built.find('Deployment', 'client').spec.template.spec;
  return { ...built, client, secrets: postgresSecrets('postgres', settings) };
}

describe('bundled', () => {
  const { client, find, secrets } = database({});
  const { template } = find('StatefulSet', 'postgres').spec;

  test('keeps its data below the root of the named claim', () => {
    expect(find('PersistentVolumeClaim', 'postgres-pvc').spec).toMatchObject({
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'fast',
      resources: { requests: { storage: '3Gi' } },
    });
    expect(template.spec.volumes).toContainEqual({
      name: 'data',
      persistentVolumeClaim: { claimName: 'postgres-pvc' },
    });
    expect(env(template.spec.containers[0]).PGDATA).toBe('/var/lib/postgresql/data/pgdata');
  });

  test('runs as the postgres of its image on a read-only root, and is asked over TCP', () => {
    const [server] = template.spec.containers;
    expect(template.spec.securityContext.runAsUser).toBe(70);
    expect(server.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath)).toContain(
      '/var/run/postgresql',
    );
    for (const probe of [server.startupProbe, server.livenessProbe, server.readinessProbe]) {
      expect(probe.exec.command).toEqual(['pg_isready', '--host=127.0.0.1', '--username=shop', '--dbname=shop']);
    }
  });

  test('has its password, and its client the URL, from a Secret that is only referred to', () => {
    expect(env(template.spec.containers[0]).POSTGRES_PASSWORD).toBe('shop-db/password');
    expect(env(client.containers[0]).DATABASE_URL).toBe('shop-db/url');
    expect(secrets).toMatchObject([{ name: 'shop-db', keys: ['password', 'url'] }]);
    expect(client.initContainers[0].name).toBe('wait-for-postgres');
  });

  test('is dumped to a volume of its own when asked, the password not on the command line', () => {
    const { find } = database({ bundled: { backup: { enabled: true, schedule: '5 4 * * *', keepDays: 3 } } });
    const { jobTemplate, schedule, concurrencyPolicy } = find('CronJob', 'postgres-backup').spec;
    const [dump] = jobTemplate.spec.template.spec.containers;
    expect({ schedule, concurrencyPolicy }).toEqual({ schedule: '5 4 * * *', concurrencyPolicy: 'Forbid' });
    expect(env(dump)).toMatchObject({ PGPASSWORD: 'shop-db/password', PGHOST: 'postgres', KEEP_DAYS: '3' });
    expect(JSON.stringify(dump.command)).not.toMatch(/PASSWORD/);
    expect(find('PersistentVolumeClaim', 'postgres-backup').metadata.annotations['argocd.argoproj.io/sync-wave']).toBe(
      '5',
    );
    const reached = find('NetworkPolicy', 'postgres').spec.ingress[0].from.map(
      ({ podSelector }: { podSelector: { matchLabels: Record<string, string> } }) =>
        podSelector.matchLabels['app.kubernetes.io/name'],
    );
    expect(reached).toEqual(['postgres-backup', 'client']);
  });
});

describe('cloudnativepg', () => {
  test('is a cluster of three with snapshots, and its clients use what the operator makes', () => {
    const { client, find, objects, secrets } = database({ mode: 'cloudnativepg' });
    expect(find('Cluster', 'postgres').spec).toMatchObject({
      instances: 3,
      bootstrap: { initdb: { database: 'shop', owner: 'shop' } },
      storage: { size: '3Gi', storageClass: 'fast' },
      backup: { volumeSnapshot: {} },
    });
    expect(find('ScheduledBackup', 'postgres').spec).toMatchObject({
      schedule: '0 30 2 * * *',
      method: 'volumeSnapshot',
    });
    expect(env(client.containers[0]).DATABASE_URL).toBe('postgres-app/uri');
    expect(client.initContainers[0].command).toContain('postgres-rw');
    expect(secrets).toMatchObject([{ name: 'postgres-app', madeBy: 'CloudNativePG' }]);
    expect(objects.map(({ kind }) => kind)).not.toContain('StatefulSet');
  });

  test('lets in the client, the operator and itself, and lets out to the API server', () => {
    const { find } = database({ mode: 'cloudnativepg', cloudnativepg: { operatorNamespace: 'ops' } });
    const { egress, ingress } = find('NetworkPolicy', 'postgres').spec;
    expect(JSON.stringify(ingress)).toMatch(/name":"client"/);
    expect(JSON.stringify(ingress)).toMatch(/"kubernetes.io\/metadata.name":"ops"/);
    // Of kubeadm and of most clouds: what its policy sees is the port behind the Service.
    expect(JSON.stringify(egress)).toMatch(/"port":443,.*"port":6443/);
  });

  test('backs up to an object store with credentials from a Secret', () => {
    const objectStore = { destination: 's3://backups/p', endpointUrl: 'https://s3.example.com', secretName: 's3' };
    const { find, secrets } = database({
      mode: 'cloudnativepg',
      cloudnativepg: { backup: { method: 'objectStore', keepDays: 9, objectStore } },
    });
    expect(find('Cluster', 'postgres').spec.backup).toMatchObject({
      retentionPolicy: '9d',
      barmanObjectStore: { destinationPath: 's3://backups/p', endpointURL: 'https://s3.example.com' },
    });
    expect(find('ScheduledBackup', 'postgres').spec.method).toBe('barmanObjectStore');
    expect(secrets.map(({ name }) => name)).toEqual(['postgres-app', 's3']);
  });

  test.each([
    ['s3', { s3Credentials: expect.objectContaining({ accessKeyId: { name: 'keys', key: 'ACCESS_KEY_ID' } }) }],
    [
      'azure',
      { azureCredentials: expect.objectContaining({ storageKey: { name: 'keys', key: 'ACCESS_SECRET_KEY' } }) },
    ],
    ['google', { googleCredentials: { gkeEnvironment: true } }],
  ] as const)('of %s with its credentials, and asks for a Secret only where there are some', (provider, expected) => {
    const objectStore = { provider, secretName: 'keys' };
    const { find, secrets } = database({
      mode: 'cloudnativepg',
      cloudnativepg: {
        serviceAccountAnnotations: { 'iam.gke.io/gcp-service-account': 'backup@project.iam.gserviceaccount.com' },
        backup: { method: 'objectStore', objectStore },
      },
    });
    const { backup, serviceAccountTemplate } = find('Cluster', 'postgres').spec;
    expect(backup.barmanObjectStore).toMatchObject(expected);
    expect(serviceAccountTemplate.metadata.annotations).toHaveProperty(['iam.gke.io/gcp-service-account']);
    expect(secrets.map(({ name }) => name).includes('keys')).toBe(provider !== 'google');
  });

  test('or not at all', () => {
    const { find, objects } = database({ mode: 'cloudnativepg', cloudnativepg: { backup: { method: 'none' } } });
    expect(find('Cluster', 'postgres').spec).not.toHaveProperty('backup');
    expect(objects.map(({ kind }) => kind)).not.toContain('ScheduledBackup');
  });
});

test('external: nothing but the way there and the URL', () => {
  const { client, find, objects, secrets } = database({
    mode: 'external',
    external: { cidrs: ['10.9.0.0/16'], port: 6432 },
  });
  expect(objects.some(({ metadata }) => metadata.name.startsWith('postgres'))).toBe(false);
  expect(find('NetworkPolicy', 'client').spec.egress).toEqual([
    { to: [{ ipBlock: { cidr: '10.9.0.0/16' } }], ports: [{ port: 6432, protocol: 'TCP' }] },
  ]);
  expect(env(client.containers[0]).DATABASE_URL).toBe('shop-db/url');
  expect(client).not.toHaveProperty('initContainers');
  expect(secrets).toMatchObject([{ name: 'shop-db', keys: ['url'], madeBy: 'the administrator' }]);
});
