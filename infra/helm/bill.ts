import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { IMAGES_ANNOTATION } from './chart-file.ts';

interface ChartFile {
  readonly name: string;
  readonly version: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a packed chart brings into a cluster, as a CycloneDX bill of materials: its images, with the default values. */
export function billOfMaterials(files: ReadonlyMap<string, string>, archive: Buffer): string {
  const { annotations = {}, name, version } = parse(files.get('Chart.yaml') ?? '') as ChartFile;
  const images = parse(annotations[IMAGES_ANNOTATION] ?? '[]') as { name: string; image: string }[];
  const hashes = [{ alg: 'SHA-256', content: createHash('sha256').update(archive).digest('hex') }];
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name, version, hashes } },
    components: images.map((each) => component(each.name, each.image)),
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function component(name: string, image: string) {
  const [reference = '', digest] = image.split('@');
  const colon = reference.lastIndexOf(':');
  const [repository, tag] = [reference.slice(0, colon), reference.slice(colon + 1)];
  const place = `repository_url=${encodeURIComponent(repository)}&tag=${tag}`;
  const purl = `pkg:oci/${name}${digest === undefined ? '' : `@${encodeURIComponent(digest)}`}?${place}`;
  return { type: 'container', name: repository, version: tag, purl };
}
