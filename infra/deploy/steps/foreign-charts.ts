import type { ForeignChart } from '../../constructs/foreign-chart.ts';
import { runChild } from '../child.ts';
import { StepFailure } from '../failure.ts';
import { type Deployment, forPlatform, type Step } from '../step.ts';

const SHOWN = 1_500;

/** Charts of other makers that this deployment installs. */
export const chartsOf = ({
  planned: { definition, settings },
}: Pick<Deployment['target'], 'planned'>): ForeignChart[] =>
  (definition.foreignCharts?.(settings) ?? []).filter(({ install }) => install === 'helm');

/** What is missing for that; looked at before anything is changed. */
export async function withoutHelm({ target }: Deployment): Promise<string[]> {
  const names = chartsOf(target).map(({ name }) => name);
  if (names.length === 0) return [];
  const { code, out } = await runChild('helm', ['version', '--short'], { env: process.env, signal: target.signal });
  if (code === 0) return tooOldForDigests(out, chartsOf(target));
  return [`${names.join(' and ')} are installed by helm, which is not on PATH: install it, or set install to argocd`];
}

/** From this version on helm takes a chart by its digest. */
const DIGESTS_SINCE = [3, 18] as const;

function tooOldForDigests(version: string, charts: readonly ForeignChart[]): string[] {
  const [, major = '0', minor = '0'] = /^v(\d+)\.(\d+)/.exec(version) ?? [];
  const isNewEnough = Number(major) > DIGESTS_SINCE[0] || (major === '3' && Number(minor) >= DIGESTS_SINCE[1]);
  if (isNewEnough || charts.every(({ digest }) => digest === '')) return [];
  return [`helm ${version.trim()} takes no chart by its digest: install ${DIGESTS_SINCE.join('.')} or newer`];
}

/** The charts of other makers, with the values that the settings make. They bring the kinds that our objects are of. */
export const foreignCharts: Step = {
  title: 'Charts of others',
  skipped(deployment) {
    if (chartsOf(deployment.target).length === 0) return `${deployment.target.stack} needs none that it installs`;
    return deployment.flags.rollback ? 'a rollback leaves them as they are' : forPlatform(deployment);
  },
  async run({ flags, target }, say) {
    const charts = chartsOf(target);
    for (const chart of charts) {
      say(`${chart.name} ${chart.version}`);
      const { code, err, out } = await runChild('helm', upgrade(chart, target.kubeconfig, flags.timeout), {
        env: process.env,
        input: JSON.stringify(chart.values),
        signal: target.signal,
        say,
      });
      if (code !== 0)
        throw new StepFailure(`helm could not install ${chart.name}: ${(err || out).trim().slice(-SHOWN)}`);
    }
    return charts.map(({ name, release, version }) => `${name} ${version} as ${release}`).join(', ');
  },
};

function upgrade(
  chart: ForeignChart,
  { context, path }: Deployment['target']['kubeconfig'],
  timeoutMs: number,
): string[] {
  const { digest, name, namespace, release, source, version } = chart;
  const pinned = digest === '' ? '' : `@${digest}`;
  const place = /^https?:/.test(source) ? [name, '--repo', source] : [`oci://${source}/${name}${pinned}`];
  return [
    ...['upgrade', '--install', release, ...place, '--version', version],
    ...['--namespace', namespace, '--create-namespace', '--values', '-'],
    ...['--wait', '--timeout', `${Math.ceil(timeoutMs / 1000)}s`],
    ...['--kubeconfig', path, ...(context === undefined ? [] : ['--kube-context', context])],
  ];
}
