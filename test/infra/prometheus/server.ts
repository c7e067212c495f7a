import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stacks } from '../../../infra/stacks/index.ts';
import { freePort } from '../../../service/local/free-port.ts';
import { onPath } from '../../tools/on-path.ts';
import { own, type Subject, subjectOf } from '../subjects.ts';
import { recorded } from './recorded.ts';

/** Both come with Debian's package `prometheus`. */
const prometheus = onPath('prometheus');
const promtool = onPath('promtool');
export const isInstalled = prometheus !== undefined && promtool !== undefined;

/** Every stack with all that it can watch switched on. */
export const watched: Subject[] = stacks.map(({ environments, ...each }) => {
  const [values] = Object.values(environments) as { monitoring?: object }[];
  return subjectOf({ environments, ...each }, { ...values, monitoring: { ...values?.monitoring, enabled: true } });
});

interface RuleGroup {
  readonly name: string;
  readonly rules: readonly { readonly alert: string; readonly expr: string }[];
}
export const ruleGroups: RuleGroup[] = watched.flatMap((subject) =>
  own(subject)
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap(({ spec }) => (spec as { groups: RuleGroup[] }).groups),
);

export interface Panel {
  readonly dashboard: string;
  readonly title: string;
  readonly expr: string;
}
/** Each query of each dashboard. */
export const panels: Panel[] = watched.flatMap((subject) =>
  own(subject)
    .filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.labels?.grafana_dashboard === '1')
    .flatMap(({ data }) => Object.values(data as Record<string, string>))
    .flatMap((text) => {
      const board = JSON.parse(text) as { title: string; panels: { title: string; targets: { expr: string }[] }[] };
      return board.panels.flatMap(({ targets, title }) =>
        targets.map(({ expr }) => ({ dashboard: board.title, title, expr })),
      );
    }),
);

export interface Scraped {
  readonly job: string;
  readonly address: string;
  readonly path: string;
  readonly honorLabels: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

export interface RunningPrometheus {
  readonly url: string;
  get(path: string): Promise<unknown>;
  close(): Promise<void>;
}

/** A real Prometheus with the rules of all stacks, the recorded three hours, and the targets given. */
export async function startPrometheus(targets: readonly Scraped[] = []): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const rules = file('rules.json', JSON.stringify({ groups: ruleGroups }));
  const config = file('prometheus.yml', JSON.stringify(configuration(rules, targets)));
  const data = join(folder, 'data');
  execFileSync(promtool ?? '', ['check', 'config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  execFileSync(promtool ?? '', ['tsdb', 'create-blocks-from', 'openmetrics', file('recorded.om', recorded()), data], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    prometheus ?? '',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = once(child, 'close');
  await untilReady(child.stderr, ended);
  return {
    url: `http://${address}`,
    async get(path) {
      const answer = await fetch(`http://${address}${path}`);
      const { data: found, error } = (await answer.json()) as { data?: unknown; error?: string };
      if (error !== undefined) throw new Error(`${path}: ${error}`);
      return found;
    },
    async close() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** It says so in its log. */
async function untilReady(log: NodeJS.ReadableStream, ended: Promise<unknown>): Promise<void> {
  const said: string[] = [];
  const lines = createInterface({ input: log });
  const ready = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      said.push(line);
      if (line.includes('Server is ready to receive web requests')) resolve();
    });
  });
  const failed = ended.then(() => {
    throw new Error(`Prometheus ended:\n${said.slice(-10).join('\n')}`);
  });
  failed.catch(() => undefined);
  await Promise.race([ready, failed]);
}

const configuration = (rules: string, targets: readonly Scraped[]): object => ({
  global: { scrape_interval: '1s', evaluation_interval: '1s' },
  rule_files: [rules],
  scrape_configs: targets.map(({ address, honorLabels, job, labels, path }) => ({
    job_name: job,
    metrics_path: path,
    honor_labels: honorLabels,
    static_configs: [{ targets: [address], labels }],
  })),
});
