import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { programOf } from '../../infra/charts/program.ts';
import { readProject } from '../../infra/charts/project.ts';
import { chartsOf } from '../../infra/helm/chart.ts';
import { stacks } from '../../infra/stacks/index.ts';
import { helms } from '../infra/helm/render.ts';
import { BY_HAND, DERIVED, different, ENVIRONMENTS, rendered } from './helm/compared.ts';
import { median } from './median.ts';
import { benchCommand, count } from './options.ts';

interface Flags {
  readonly rounds: number;
  readonly json?: boolean;
}

const command = benchCommand(
  'helm',
  `Wall time of "helm template" of the derived chart of ml-platform and of one written by hand (test/bench/helm/ml-platform),
which renders the same objects, in turn, for dev and prod, with each helm there is; and how long it takes to derive the
charts of all stacks.`,
).option('--rounds <n>', 'runs of each; the median counts', count, 25);

/** What the ratio may be at most, and how many seconds all charts may take to be derived. */
const RATIO = 1.3;
const DERIVING_S = 10;

export async function run(argv: string[]): Promise<void> {
  const { json, rounds } = command.parse(argv, { from: 'user' }).opts<Flags>();
  const rendering = helms.flatMap(({ helm, version }) =>
    ENVIRONMENTS.map((environment) => measure(helm, version, environment, rounds)),
  );
  const deriving = derivingSeconds();
  console.log(json ? JSON.stringify({ rendering, deriving }) : table(rendering, deriving));
}

interface Rendering {
  readonly helm: string;
  readonly environment: string;
  readonly derived: number;
  readonly byHand: number;
  readonly ratio: number;
}

function measure(helm: string, version: string, environment: string, rounds: number): Rendering {
  const others = different(helm, environment);
  // Of other objects the time says nothing.
  if (others.length > 0) throw new Error(`${environment}: not the same in ${BY_HAND}: ${others.join(', ')}`);
  const render = (folder: string): string => rendered(helm, folder, environment);
  const times = Array.from({ length: rounds }, () => ({
    derived: timed(render, DERIVED),
    byHand: timed(render, BY_HAND),
  }));
  const [derived, byHand] = [median(times.map((each) => each.derived)), median(times.map((each) => each.byHand))];
  return { helm: version, environment, derived, byHand, ratio: Math.round((derived / byHand) * 100) / 100 };
}

function timed(render: (folder: string) => string, folder: string): number {
  const start = performance.now();
  render(folder);
  return performance.now() - start;
}

function derivingSeconds(): Record<string, number> {
  const project = readProject();
  return Object.fromEntries(
    stacks.map((definition) => {
      const start = performance.now();
      chartsOf(programOf(definition, project));
      return [definition.name, Math.round((performance.now() - start) / 10) / 100];
    }),
  );
}

function table(rendering: readonly Rendering[], deriving: Readonly<Record<string, number>>): string {
  const { version } = parse(readFileSync(join(DERIVED, 'Chart.yaml'), 'utf8')) as { version: string };
  const lines = rendering.map(
    ({ byHand, derived, environment, helm, ratio }) =>
      `helm ${helm} template, ${environment.padEnd(4)}   derived ${ms(derived)}   by hand ${ms(byHand)}   ratio ${ratio.toFixed(2)} (at most ${RATIO})`,
  );
  const all = Object.values(deriving).reduce((sum, seconds) => sum + seconds, 0);
  const each = Object.entries(deriving).map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`);
  return [
    `${cpus().length} cores, Node ${process.version}, chart ${version}`,
    ...lines,
    `deriving: ${each.join(', ')}; together ${all.toFixed(1)} s (at most ${DERIVING_S})`,
  ].join('\n');
}

const ms = (value: number): string => `${value.toFixed(0).padStart(4)} ms`;
