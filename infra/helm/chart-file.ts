import { Yaml } from 'cdk8s';
import type { KubeObject } from '../synth/synthesize.ts';
import type { ChartOf } from './chart-of.ts';

/** What the manifests are typed for is 1.28 (docs/adr/0002). */
const OLDEST_KUBERNETES = '1.28';

/** Chart.yaml. */
export function chartFile({ definition, folder, name, project }: ChartOf, objects: readonly KubeObject[]): string {
  const { author, homepage, icon, keywords, license, repository, version } = project;
  const images = [...new Set(objects.flatMap(imagesIn))].sort();
  return Yaml.stringify({
    apiVersion: 'v2',
    name,
    description: folder ? `For the API server of ${folder}: ${definition.what}` : definition.what,
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: `>=${OLDEST_KUBERNETES}.0-0`,
    home: homepage,
    sources: [repository.url],
    keywords: [definition.name, ...keywords],
    maintainers: [{ name: author, url: homepage }],
    icon,
    annotations: {
      'artifacthub.io/license': license,
      'artifacthub.io/category': 'ai-machine-learning',
      // With the default values; for scanners, and for mirrors in closed networks.
      ...(images.length > 0 && {
        'artifacthub.io/images': Yaml.stringify(images.map((image) => ({ name: nameOf(image), image }))),
      }),
    },
  });
}

function imagesIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const { image, ...others } = value as Record<string, unknown>;
  return [...(typeof image === 'string' ? [image] : []), ...[image, ...Object.values(others)].flatMap(imagesIn)];
}

/** "busybox" of "docker.io/library/busybox:1.37.0". */
const nameOf = (image: string): string => /([^/:@]+)(:[^/]*)?$/.exec(image)?.[1] ?? image;
