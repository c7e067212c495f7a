// `node --import tsx test/infra/helm/record-release.ts <charts-out/helm of a release>` writes released.json: what an upgrade
// from that release finds in the cluster, as far as it can stand in its way.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { FIXED } from './fixed.ts';
import { helms, objectsIn, template } from './render.ts';

const [, , from = 'charts-out/helm'] = process.argv;
/** With state, and the values that have most of it. */
const RELEASES = { 'ml-platform': 'prod', flts: 'complete', preempt: 'prod' };

function recorded({ apiVersion, kind, metadata, ...object }: KubeObject): object[] {
  const { annotations, name } = metadata;
  const { roleRef, spec } = object as { roleRef?: unknown; spec?: object };
  const claimOrJob = kind === 'PersistentVolumeClaim' || kind === 'Job';
  const of = { apiVersion, kind, metadata: { name, ...(claimOrJob && annotations && { annotations }) } };
  if (roleRef) return [{ ...of, roleRef }];
  const { selector, serviceName, template: _, ...others } = (spec ?? {}) as Record<string, unknown>;
  if (kind === 'PersistentVolumeClaim') return [{ ...of, spec }];
  if (kind === 'StatefulSet') return [{ ...of, spec: { selector, serviceName } }];
  if (kind === 'Service') return [{ ...of, spec: { ...('clusterIP' in others && { clusterIP: others.clusterIP }) } }];
  if (kind === 'Deployment') return [{ ...of, spec: { selector } }];
  return kind in FIXED ? [{ ...of, spec: {} }] : [];
}

const [{ helm } = { helm: 'helm' }] = helms;
const releases = Object.entries(RELEASES).map(([name, values]) => {
  const chart = join(from, name);
  const options = ['--namespace', 'default', '--values', join(chart, `ci/${values}-values.yaml`)];
  const objects = objectsIn(template(helm, name, chart, ...options)).flatMap(recorded);
  return `  ${JSON.stringify(name)}: {\n    "values": ${JSON.stringify(values)},\n    "objects": [\n${objects
    .map((object) => `      ${JSON.stringify(object)}`)
    .join(',\n')}\n    ]\n  }`;
});
writeFileSync(join(import.meta.dirname, 'released.json'), `{\n${releases.join(',\n')}\n}\n`);
