import { Yaml } from 'cdk8s';
import { imagesIn } from '../data/images-in.ts';
import type { ChartOf } from './chart-of.ts';
import type { KubeObject } from './program.ts';

/** Where Chart.yaml names the images, with the default values. */
export const IMAGES_ANNOTATION = 'artifacthub.io/images';

/** Chart.yaml. */
export function chartFile({ folder, name, program }: ChartOf, objects: readonly KubeObject[]): string {
  const { annotations, home, icon, keywords, kubeVersion, maintainers, sources, version } = program.chart;
  const images = imagesIn(objects);
  return Yaml.stringify({
    apiVersion: 'v2',
    name,
    description: folder ? `For the API server of ${folder}: ${program.what}` : program.what,
    type: 'application',
    version,
    appVersion: version,
    kubeVersion,
    home,
    sources,
    keywords,
    maintainers,
    icon,
    annotations: {
      ...annotations,
      // With the default values; for scanners, and for mirrors in closed networks.
      ...(images.length > 0 && {
        [IMAGES_ANNOTATION]: Yaml.stringify(images.map((image) => ({ name: nameOf(image), image }))),
      }),
    },
  });
}

/** "busybox" of "docker.io/library/busybox:1.37.0". */
const nameOf = (image: string): string => /([^/:@]+)(:[^/]*)?$/.exec(image)?.[1] ?? image;
