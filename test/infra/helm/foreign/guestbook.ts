import { ApiObject, App, Chart } from 'cdk8s';
import { z } from 'zod';
import { checksum } from '../../../../infra/data/checksum.ts';
import type { KubeObject, Program } from '../../../../infra/helm/program.ts';

// A program that has nothing to do with the stacks of this repository: cdk8s, settings of its own, and a chart of it.

const settings = z.strictObject({
  replicas: z.int().min(1).max(20).default(2).describe('Number of pods.'),
  greeting: z.string().max(200).default('Hello').describe('What visitors read.'),
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .max(5)
    .default(['en'])
    .describe('In which languages.'),
  debug: z.boolean().default(false).describe('Log every request.'),
  exposure: z.enum(['none', 'nodePort', 'ingress']).default('none').describe('How it is reached from outside.'),
  ingress: z
    .strictObject({
      hosts: z
        .array(z.string().regex(/^[a-z.]+$/))
        .min(1)
        .max(3)
        .default(['guestbook.example'])
        .describe('Host names.'),
      annotations: z
        .record(z.string().regex(/^[a-z.]+\/[a-z-]+$/), z.string().max(100))
        .default({})
        .describe('Annotations.'),
    })
    .prefault({})
    .describe('For exposure ingress.'),
  pod: z
    .strictObject({
      labels: z
        .record(z.string().regex(/^[a-z]+$/), z.string().regex(/^[a-z]{1,20}$/))
        .default({})
        .describe('Labels of the pods.'),
      nodeName: z
        .string()
        .regex(/^[a-z-]*$/)
        .max(63)
        .default('')
        .describe('The node that they run on; empty: any.'),
    })
    .prefault({})
    .describe('The pods.'),
  readers: z
    .array(z.string().regex(/^[a-z]{1,20}$/))
    .max(5)
    .default([])
    .describe('Namespaces from which the greeting may be read.'),
  secretive: z.boolean().default(false).describe('Readers may not even list what else there is.'),
});

type Settings = z.output<typeof settings>;

/** The objects, as any cdk8s program makes them. */
function guestbook(values: Settings): Chart {
  const { debug, exposure, greeting, ingress, languages, pod, readers, replicas, secretive } = values;
  const chart = new Chart(new App(), 'guestbook', { disableResourceNameHashes: true });
  const metadata = { name: 'guestbook', labels: { app: 'guestbook' } };
  const data = { GREETING: greeting, LANGUAGES: languages.join(','), ...(debug && { DEBUG: 'requests' }) };
  new ApiObject(chart, 'config', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
  new ApiObject(chart, 'deployment', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas,
      selector: { matchLabels: { app: 'guestbook' } },
      template: {
        metadata: {
          labels: { ...pod.labels, app: 'guestbook' },
          // The pods are rolled when their configuration changes.
          annotations: { 'checksum/config': checksum(data) },
        },
        spec: {
          ...(pod.nodeName && { nodeName: pod.nodeName }),
          containers: [
            {
              name: 'guestbook',
              image: 'registry.example.com/guestbook:1.4.0',
              args: ['--port=8080', ...languages.map((language) => `--language=${language}`)],
              envFrom: [{ configMapRef: { name: 'guestbook' } }],
            },
          ],
        },
      },
    },
  });
  new ApiObject(chart, 'service', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      type: exposure === 'nodePort' ? 'NodePort' : 'ClusterIP',
      selector: { app: 'guestbook' },
      ports: [{ port: 80, targetPort: 8080 }],
    },
  });
  for (const namespace of new Set(readers)) {
    // One that is there once, and is called the same, is none of these.
    new ApiObject(chart, `copy-${namespace}`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata, namespace, annotations: { for: `whoever reads in ${namespace}` } },
      data: { ...data, ...(!secretive && { REPLICAS: String(replicas) }) },
    });
  }
  if (exposure === 'ingress') {
    const service = { name: 'guestbook', port: { number: 80 } };
    const paths = [{ path: '/', pathType: 'Prefix', backend: { service } }];
    const { annotations, hosts } = ingress;
    new ApiObject(chart, 'ingress', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
      spec: { rules: hosts.map((host) => ({ host, http: { paths } })) },
    });
  }
  return chart;
}

export const program: Program<typeof settings> = {
  name: 'guestbook',
  what: 'A guestbook.',
  settings,
  build: (values) => ({ objects: guestbook(values).toJson() as KubeObject[] }),
  chart: { version: '1.4.0', writtenBy: 'node charts.ts', registry: 'oci://registry.example.com/charts' },
  examples: { public: { exposure: 'ingress', replicas: 3 } },
};
