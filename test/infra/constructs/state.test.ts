import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Connection } from '../../../infra/constructs/endpoint.ts';
import { Kafka } from '../../../infra/constructs/kafka.ts';
import { Mlflow } from '../../../infra/constructs/mlflow.ts';
import { MySql, mysqlSecrets } from '../../../infra/constructs/mysql.ts';
import { ObjectStorage } from '../../../infra/constructs/object-storage.ts';
import { Postgres } from '../../../infra/constructs/postgres.ts';
import { Redis } from '../../../infra/constructs/redis.ts';
import type { Stack } from '../../../infra/constructs/stack.ts';
import { serverProps } from '../../../infra/constructs/team-image.ts';
import { WebService } from '../../../infra/constructs/web-service.ts';
import { postgres } from '../../../infra/settings/database.ts';
import { kafka, mysql, objectStorage, redis, server } from '../../../infra/settings/workloads.ts';
import { preempt } from '../../../infra/stacks/preempt/index.ts';
import { eventually } from '../../patience.ts';
import { settingsOf, subject } from '../subjects.ts';
import { build, env } from './build.ts';

const small = { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '200m', memory: '256Mi' } };
const client = (stack: Stack, connection: Connection) =>
  new WebService(stack, 'client', {
    ...serverProps(server('', { image: { repository: 'client' }, ...small, port: 80 }).parse({})),
    title: 'Client',
    component: 'client',
    talksTo: [connection],
  });

const parts = {
  kafka: (stack: Stack, settings = {}) =>
    new Kafka(stack, 'part', {
      name: 'kafka',
      claimName: 'kafka-data',
      settings: kafka({ size: '5Gi', topics: [{ name: 'a', partitions: 3 }] }).parse(settings),
    }),
  minio: (stack: Stack, settings = {}) =>
    new ObjectStorage(stack, 'part', {
      name: 'minio',
      claimName: 'minio-data',
      settings: objectStorage({ size: '10Gi', buckets: ['models'] }).parse(settings),
    }),
  mysql: (stack: Stack, settings = {}) =>
    new MySql(stack, 'part', {
      name: 'mysql',
      claimName: 'mysql-data',
      settings: mysql({ database: 'weather', user: 'app', size: '10Gi' }).parse(settings),
    }),
  redis: (stack: Stack, settings = {}) =>
    new Redis(stack, 'part', {
      name: 'redis',
      claimName: 'redis-data',
      settings: redis({ size: '5Gi' }).parse(settings),
    }),
};

describe.each(Object.entries(parts))('%s', (name, part) => {
  test('one declaration gives a client its wait, its way through both policies, and its variables', () => {
    const { find } = build((stack) => client(stack, part(stack).connection()));
    const pod = find('Deployment', 'client').spec.template.spec;
    expect(pod.initContainers.map((container: { name: string }) => container.name)).toEqual([`wait-for-${name}`]);
    const server = { podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/name': name }) } };
    expect(find('NetworkPolicy', 'client').spec.egress[0].to).toEqual([server]);
    const clients = find('NetworkPolicy', name).spec.ingress.flatMap(({ from }: { from: unknown[] }) => from);
    expect(clients).toContainEqual({
      podSelector: { matchLabels: expect.objectContaining({ 'app.kubernetes.io/name': 'client' }) },
    });
    expect(JSON.stringify(env(pod.containers[0]))).toContain(name);
  });

  test('no password is on a command line: not of the server, a probe or a job', () => {
    const { objects } = build((stack) => part(stack));
    for (const object of objects) {
      const words = JSON.stringify(object, (key, value) => (key === 'env' ? undefined : value));
      expect(words).not.toMatch(/(-p|--password|--requirepass)[= ]?["$]|-a "\$/);
    }
  });

  test('one that runs elsewhere has no pod, and the way to it is open for the declared address alone', () => {
    const { find, objects } = build((stack) => client(stack, part(stack, { mode: 'external' }).connection()));
    expect(objects.filter(({ kind }) => kind === 'StatefulSet')).toEqual([]);
    expect(find('NetworkPolicy', 'client').spec.egress[0].to).toEqual([
      { ipBlock: { cidr: '10.0.0.0/8' } },
      { ipBlock: { cidr: 'fd00::/8' } },
    ]);
  });
});

test('MySQL is asked with the password from the environment', () => {
  const { find } = build((stack) => parts.mysql(stack));
  const [container] = find('StatefulSet', 'mysql').spec.template.spec.containers;
  expect(container.livenessProbe.exec.command.at(-1)).toMatch(/^MYSQL_PWD="\$MYSQL_PASSWORD" mysqladmin ping /);
  expect(env(container).MYSQL_PASSWORD).toBe('mysql-credentials/password');
  expect(mysqlSecrets(mysql({ database: 'a', user: 'b', size: '1Gi' }).parse({}))[0]?.keys).toEqual([
    'password',
    'root-password',
  ]);
});

test("Kafka's topics come from the settings, and a Strimzi cluster gets them from the same Job", () => {
  for (const mode of ['bundled', 'strimzi']) {
    const { find } = build((stack) => parts.kafka(stack, { mode }));
    const [container] = find('Job', 'kafka-topics').spec.template.spec.containers;
    expect(container.command.at(-1)).toBe('a:3:1');
    const host = mode === 'strimzi' ? 'kafka-kafka-bootstrap:9092' : 'kafka:9092';
    expect(env(container).KAFKA_BOOTSTRAP_SERVERS).toBe(host);
  }
});

test('Kafka logs to standard output alone: files in its scratch space would run over and have it evicted', () => {
  const { find } = build((stack) => parts.kafka(stack));
  const [container] = find('StatefulSet', 'kafka').spec.template.spec.containers;
  expect(env(container).KAFKA_LOG4J_OPTS).toBe('-Dlog4j.configuration=file:/etc/kafka-config/log4j.properties');
  expect(env(container).EXTRA_ARGS).not.toContain('-loggc');
  const logging: string = find('ConfigMap', 'kafka-config').data['log4j.properties'];
  expect(logging.match(/(?<=^log4j\.appender\.\w+=).*/gm)).toEqual(['org.apache.log4j.ConsoleAppender']);
});

test('the brokers that Strimzi makes are let into a restricted namespace', () => {
  const { find } = build((stack) => parts.kafka(stack, { mode: 'strimzi' }));
  expect(find('Kafka', 'kafka').spec.kafka.template.kafkaContainer.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
});

test('MySQL sorts on its volume, not in the scratch space', () => {
  const { find } = build((stack) => parts.mysql(stack));
  const [container] = find('StatefulSet', 'mysql').spec.template.spec.containers;
  const folder = container.args.find((arg: string) => arg.startsWith('--tmpdir=')).slice('--tmpdir='.length);
  expect(container.volumeMounts).toContainEqual({ name: 'data', mountPath: folder });
});

test('MLflow knows the names by which it is reached: its own Service is not among those it trusts by itself', () => {
  const { find } = build(
    (stack) =>
      new Mlflow(stack, 'mlflow', {
        settings: server('', { image: { repository: 'mlflow' }, ...small, port: 5000 }).parse({}),
        bucket: 'mlflow',
        storage: parts.minio(stack),
        database: new Postgres(stack, 'database', {
          name: 'postgres',
          claimName: 'data',
          settings: postgres({ database: 'a', user: 'a', size: '1Gi', secret: 'a', ...small }).parse({}),
        }),
      }),
    { namePrefix: 'two-' },
  );
  const [container] = find('Deployment', 'two-mlflow').spec.template.spec.containers;
  const hosts = env(container).MLFLOW_SERVER_ALLOWED_HOSTS?.split(',');
  expect(hosts).toEqual(expect.arrayContaining(['two-mlflow:*', 'two-mlflow.test.svc.cluster.local:*', 'localhost:*']));
  expect(hosts).not.toContain('*');
});

const redisIsHere = spawnSync('redis-server', ['--version']).status === 0;
test.skipIf(!redisIsHere)(
  `Redis starts with any password, and keeps below the memory that it may have${redisIsHere ? '' : ' (skipped: no redis-server here)'}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const socket = join(folder, 'socket');
    const { find } = build((stack) => void parts.redis(stack));
    const [container] = find('StatefulSet', 'redis').spec.template.spec.containers;
    const script: string = container.command.at(-1);
    // In the place of the container: its folders, no port, and what the kernel says of its memory.
    const here = script
      .replaceAll('/tmp/redis.conf', join(folder, 'redis.conf'))
      .replace('port 6379', `port 0\\nunixsocket ${socket}`)
      .replace('dir /data', `dir ${folder}`)
      .replace('/sys/fs/cgroup/memory.max', join(folder, 'memory.max'));
    writeFileSync(join(folder, 'memory.max'), '268435456\n');
    const env = { ...process.env, REDISCLI_AUTH: 'it\'s "quoted" \\ and %s $HOME' };
    const server = spawn('sh', ['-euc', here], { env, stdio: 'ignore' });
    const ended = once(server, 'exit');
    onTestFinished(async () => {
      server.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    });
    const ask = (...words: string[]) =>
      spawnSync('redis-cli', ['-s', socket, ...words], { env, encoding: 'utf8' }).stdout;
    await eventually(
      () => ask('ping'),
      (answer) => answer.trim() === 'PONG',
    );
    expect(ask('config', 'get', 'maxmemory')).toContain('201326592');
  },
);

test('passwords come from the Secret and the keys that the settings name, as the first guide called them', () => {
  const secret = { secret: 'mysql-secret', passwordKey: 'DB_PASSWORD', rootPasswordKey: 'ROOT' };
  const settings = settingsOf(preempt, { mysql: secret, redis: { secret: 'redis-secret', passwordKey: 'REDIS' } });
  const objects = subject(preempt, settings).folders.get('') ?? [];
  const keys = JSON.stringify(objects).matchAll(/"secretKeyRef":\{"key":"([^"]+)","name":"([^"]+)"\}/g);
  const named = new Set([...keys].map(([, key, name]) => `${name} ${key}`));
  expect([...named].sort()).toEqual(['mysql-secret DB_PASSWORD', 'mysql-secret ROOT', 'redis-secret REDIS']);
});
