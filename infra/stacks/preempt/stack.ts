import { ArgoApplication } from '../../constructs/argocd.ts';
import { Check } from '../../constructs/check.ts';
import { ConfigFiles } from '../../constructs/config-files.ts';
import { external } from '../../constructs/endpoint.ts';
import { clientsByRoutes, clientsFromOutside, portsOutside } from '../../constructs/exposure.ts';
import { OneTimeJob, ScheduledJob } from '../../constructs/job.ts';
import { MySql } from '../../constructs/mysql.ts';
import { StackNamespace } from '../../constructs/namespace.ts';
import { Redis } from '../../constructs/redis.ts';
import type { Stack } from '../../constructs/stack.ts';
import {
  loneWorkerProps,
  numberedJobProps,
  oneTimeJobProps,
  scheduledJobProps,
  serverProps,
  workerProps,
} from '../../constructs/team-image.ts';
import { type Mount, scratch } from '../../constructs/volume.ts';
import { VolumeClaim } from '../../constructs/volume-claim.ts';
import { SERVICE } from '../../constructs/waves.ts';
import { WebService } from '../../constructs/web-service.ts';
import { canonicalJson } from '../../data/canonical-json.ts';
import type { BuildContext } from '../definition.ts';
import { expose } from './exposure.ts';
import { migrated } from './migrated.ts';
import { observe } from './monitoring.ts';
import type { Settings } from './settings.ts';

const MODELS_CLAIM = 'ml-models-pvc';

/** The weather system. */
export function build(stack: Stack, settings: Settings, { environment }: BuildContext): void {
  new StackNamespace(stack, 'namespace');

  // What keeps state.
  const database = new MySql(stack, 'database', { name: 'mysql', claimName: 'mysql-pvc', settings: settings.mysql });
  const redis = new Redis(stack, 'cache', { name: 'redis', claimName: 'redis-pvc', settings: settings.redis });
  const claim = new VolumeClaim(stack, 'models', { name: MODELS_CLAIM, ...settings.models });
  const models = (readOnly: boolean): Mount => ({
    name: 'models',
    path: '/app/models',
    from: { claim: claim.name, readOnly },
  });

  // What every backend service reads, as a file of the name it expects; JSON is YAML too.
  const config = new ConfigFiles(stack, 'config', {
    name: 'preempt-config',
    files: { 'config.yaml': `${canonicalJson(settings.config)}\n` },
  });
  const configured = (...more: Mount[]) => ({
    configFiles: config.files,
    mounts: [
      { name: 'config', path: '/app/config.yaml', subPath: 'config.yaml', from: { configMap: config.name } },
      ...more,
    ],
  });

  // The database's schema, then its first rows.
  new OneTimeJob(stack, 'migrate', {
    ...oneTimeJobProps(settings.migrations),
    ...configured(),
    title: 'Migrations',
    component: 'migrations',
    talksTo: [database.connection()],
  });
  const schema = migrated(database, settings);
  const { enabled, locations } = settings.seed;
  if (enabled) {
    new OneTimeJob(stack, 'seed', {
      ...numberedJobProps(settings.seed),
      ...configured({
        name: 'locations',
        path: '/app/seed-data',
        from:
          locations.source === 'configMap' ? { configMap: locations.name } : { claim: locations.name, readOnly: true },
      }),
      title: 'Locations',
      component: 'migrations',
      wave: SERVICE,
      talksTo: [schema],
    });
  }

  // Services.
  const api = new WebService(stack, 'api', {
    ...serverProps(settings.api),
    ...configured(),
    title: 'API',
    component: 'api',
    entrance: '/api',
    autoscaling: settings.api.autoscaling,
    rollingUpdate: { maxSurge: 1, maxUnavailable: 1 },
    admits: clientsByRoutes(settings),
    talksTo: [schema, redis.connection()],
  });
  new WebService(stack, 'store', {
    ...loneWorkerProps(settings.store),
    ...configured(),
    title: 'Store',
    component: 'store',
    talksTo: [schema, redis.connection()],
  });
  new WebService(stack, 'ml-trainer', {
    ...workerProps(settings.mlTrainer),
    ...configured(models(false)),
    title: 'Trainer',
    component: 'training',
    talksTo: [schema, redis.connection()],
  });
  const frontend = new WebService(stack, 'frontend', {
    ...serverProps(settings.frontend),
    title: 'Page',
    component: 'frontend',
    entrance: '/',
    // Where nginx keeps what it buffers, and its process id.
    mounts: [scratch('cache', '/var/cache/nginx'), scratch('run', '/var/run', '16Mi')],
    admits: clientsFromOutside(settings),
    ...portsOutside(settings.exposure, { http: settings.exposure.nodePort }),
    talksTo: [{ to: api.endpoint('http'), env: ({ host, port }) => ({ API_HOST: host, API_PORT: String(port) }) }],
  });
  expose(stack, settings, { api, frontend });

  // Every few minutes. They ask nobody whether the database is migrated: a client of its own each time would take longer than
  // the run, and one that comes too early fails and comes again.
  new ScheduledJob(stack, 'collector', {
    ...scheduledJobProps(settings.collector),
    ...configured(),
    title: 'Collector',
    component: 'collector',
    talksTo: [
      database.connection(),
      redis.connection(),
      { to: external('Weather service', 'weather', settings.weatherApi) },
    ],
  });
  new ScheduledJob(stack, 'detector', {
    ...scheduledJobProps(settings.detector),
    ...configured(models(true)),
    title: 'Detector',
    component: 'detector',
    talksTo: [database.connection(), redis.connection()],
  });

  observe(stack, settings);
  new Check(stack);
  new ArgoApplication(stack, { name: `preempt-${environment}`, path: `charts-out/preempt/${environment}` });
}
