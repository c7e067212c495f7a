import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { createMetrics as createHubMetrics } from '../../../service/metrics.ts';
import { createMetrics as createOperatorMetrics } from '../../../service/operator/metrics.ts';
import type { Store } from '../../../service/store/store.ts';
import { SIMPLE, trainingJob } from '../../service/trainingjob/some-jobs.ts';
import { own } from '../subjects.ts';
import { FROM, TO } from './recorded.ts';
import {
  isInstalled,
  panels,
  type RunningPrometheus,
  ruleGroups,
  type Scraped,
  startPrometheus,
  watched,
} from './server.ts';

// Our rules and monitors in a real Prometheus: what it is told of, it reads; what it has read, the dashboards show.

interface Monitor {
  readonly endpoints: readonly { readonly path: string; readonly honorLabels?: boolean }[];
}
const monitorOf = (stack: string, name: string): Monitor => {
  const objects: KubeObject[] = watched.flatMap((subject) => (subject.definition.name === stack ? own(subject) : []));
  const found = objects.find(({ kind, metadata }) => kind === 'ServiceMonitor' && metadata.name === name);
  return found?.spec as Monitor;
};

describe.skipIf(!isInstalled)(
  `a real Prometheus${isInstalled ? '' : ' (skipped: no prometheus and promtool on PATH)'}`,
  () => {
    let server: RunningPrometheus;
    const exporters = [exporter(operatorFigures), exporter(hubFigures)];

    beforeAll(async () => {
      const [operator = '', hub = ''] = await Promise.all(exporters.map(({ start }) => start()));
      const at = (job: string, address: string, { endpoints }: Monitor, labels: object): Scraped => ({
        job,
        address,
        path: endpoints[0]?.path ?? '',
        honorLabels: endpoints[0]?.honorLabels ?? false,
        labels: { ...labels },
      });
      server = await startPrometheus([
        at('operator', operator, monitorOf('monitoring', 'trainingjob-operator-metrics'), { namespace: 'default' }),
        at('hub', hub, monitorOf('ml-platform', 'ml-platform-backend'), {
          namespace: 'ml-platform',
          service: 'ml-platform-backend',
        }),
      ]);
    }, 120_000);
    afterAll(async () => {
      await server?.close();
      await Promise.all(exporters.map(({ stop }) => stop()));
    });

    test('has all alerts, and can evaluate each', async () => {
      type Groups = { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      const found = await until(
        () => server.get('/api/v1/rules?type=alert') as Promise<Groups>,
        ({ groups }) => groups.every(({ rules }) => rules.every(({ health }) => health !== 'unknown')),
      );
      const rules = found.groups.flatMap((group) => group.rules);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      const names = ruleGroups.flatMap((group) => group.rules.map(({ alert }) => alert));
      expect(rules.map(({ name }) => name).sort()).toEqual(names.sort());
    });

    test('reads what the operator and the hub tell, at the paths of our monitors', async () => {
      type Targets = { activeTargets: { labels: { job: string }; health: string; lastError: string }[] };
      const { activeTargets: found } = await until(
        () => server.get('/api/v1/targets') as Promise<Targets>,
        ({ activeTargets }) => activeTargets.length === 2 && activeTargets.every(({ health }) => health !== 'unknown'),
      );
      expect(found.map(({ health, labels, lastError }) => [labels.job, health, lastError])).toEqual([
        ['hub', 'up', ''],
        ['operator', 'up', ''],
      ]);
      const asked = async (query: string) =>
        ((await server.get(`/api/v1/query?query=${encodeURIComponent(query)}`)) as { result: { metric: object }[] })
          .result;
      const jobs = await until(
        () => asked('trainingjob_active_workers{job="operator"}'),
        (found) => found.length > 0,
      );
      // Of the job, and not of the operator that tells of it.
      expect(jobs[0]?.metric).toMatchObject({ namespace: 'ml-training', training_job: 'bert' });
      const hub = await until(
        () => asked('mlp_database_up{job="hub"}'),
        (found) => found.length > 0,
      );
      expect(hub[0]?.metric).toMatchObject({ namespace: 'ml-platform', service: 'ml-platform-backend' });
    });

    test.each(panels)('$dashboard: $title has something to show: $expr', async ({ expr }) => {
      const query = new URLSearchParams({ query: expr, start: String(FROM), end: String(TO), step: '60' });
      const { result } = (await server.get(`/api/v1/query_range?${query}`)) as {
        result: { values: [number, string][] }[];
      };
      expect(result.length).toBeGreaterThan(0);
      const numbers = result.flatMap(({ values }) => values.map(([, value]) => Number(value)));
      expect(numbers.some((number) => Number.isFinite(number))).toBe(true);
    });
  },
);

async function until<Found>(ask: () => Promise<Found>, isThere: (found: Found) => boolean): Promise<Found> {
  for (;;) {
    const found = await ask();
    if (isThere(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

type Render = () => Promise<{ contentType: string; text: string }>;

function operatorFigures(): Promise<{ contentType: string; text: string }> {
  const job = trainingJob(SIMPLE, { status: { state: 'Running' } });
  return operatorMetrics.render({ isLeading: true, queueDepth: 0, trainingJobs: [{ job }] });
}
const operatorMetrics = createOperatorMetrics();

/** As of a database that does not answer: what needs none is told all the same. */
const away = async (): Promise<never> => {
  throw new Error('no database');
};
const hubMetrics = createHubMetrics(
  { check: away, figures: away, pool: () => ({}) } as unknown as Store,
  async () => new Map(),
);
const hubFigures: Render = () => hubMetrics.render();

/** Serves what `render` gives at any path but the one that nobody asks for. */
function exporter(render: Render) {
  const server = createServer((_request, response) => {
    render().then(
      ({ contentType, text }) => response.setHeader('content-type', contentType).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  return {
    async start(): Promise<string> {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
