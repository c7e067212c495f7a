import { z } from 'zod';
import { postgresSecrets } from '../../../infra/constructs/created-at-deploy.ts';
import { ScheduledJob } from '../../../infra/constructs/job.ts';
import { StackNamespace } from '../../../infra/constructs/namespace.ts';
import { Postgres } from '../../../infra/constructs/postgres.ts';
import { Redis, redisSecrets } from '../../../infra/constructs/redis.ts';
import { scheduledJobProps, serverProps, workerProps } from '../../../infra/constructs/team-image.ts';
import { WebService } from '../../../infra/constructs/web-service.ts';
import { postgres } from '../../../infra/settings/database.ts';
import * as f from '../../../infra/settings/fragments.ts';
import { commonRules } from '../../../infra/settings/rules.ts';
import { redis, scheduledJob, server, worker } from '../../../infra/settings/workloads.ts';
import { defineStack } from '../../../infra/stacks/definition.ts';

const requests = { cpu: '100m', memory: '128Mi' };
const limits = { cpu: '500m', memory: '256Mi' };
const image = { repository: 'shop' };

export const shop = defineStack({
  name: 'shop',
  what: 'A shop: page, order worker, nightly report.',
  settings: z
    .strictObject({
      ...f.common('shop'),
      database: postgres({ database: 'shop', user: 'shop', size: '5Gi', secret: 'shop-database', requests, limits }),
      queue: redis({ size: '1Gi' }),
      web: server('The page.', { image, requests, limits, port: 8080, health: '/health', replicas: 2 }),
      orders: worker('Takes orders from the queue.', { image, requests, limits, command: ['node', 'orders.js'] }),
      report: scheduledJob('The report.', {
        image,
        requests,
        limits,
        schedule: '0 3 * * *',
        command: ['node', 'report.js'],
      }),
    })
    .superRefine(commonRules),
  environments: { dev: {}, prod: { production: true, images: { registry: 'registry.example.com', tag: '1.0.0' } } },
  variables: {},
  createdAtDeploy: ({ database, queue }) => [...postgresSecrets('postgres', database), ...redisSecrets(queue)],
  build(stack, settings) {
    new StackNamespace(stack, 'namespace');
    const database = new Postgres(stack, 'database', {
      name: 'postgres',
      claimName: 'data',
      settings: settings.database,
    });
    const queue = new Redis(stack, 'queue', { name: 'redis', claimName: 'queue', settings: settings.queue });
    const talksTo = [database.connection(), queue.connection()];
    new WebService(stack, 'web', { ...serverProps(settings.web), title: 'Page', component: 'web', talksTo });
    new WebService(stack, 'orders', { ...workerProps(settings.orders), title: 'Orders', component: 'worker', talksTo });
    new ScheduledJob(stack, 'report', {
      ...scheduledJobProps(settings.report),
      title: 'Report',
      component: 'report',
      talksTo: [database.connection()],
    });
  },
});
