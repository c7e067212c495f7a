import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const root = resolve(import.meta.dirname, '../..');

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: {
    readonly ports?: readonly { readonly port: number }[];
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec: { readonly template: Template } };
  };
}
interface Template {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly containers: readonly { readonly name: string }[] };
}

const page = readFileSync(join(root, 'docs/then-and-now.md'), 'utf8');
/** One for each stack: what it says of an environment, and in which. */
const sections = page.split(/^## /m).flatMap((text) => {
  const environment = /`(charts-out\/[^`]+)`:\n/.exec(text)?.[1];
  return environment === undefined ? [] : [{ environment, text }];
});

describe.each(sections)('$environment', ({ environment, text }) => {
  const objects = readdirSync(join(root, environment))
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(root, environment, file), 'utf8')))
    .map((document) => document.toJS() as Manifest);
  const named = (kind: string, name: string) =>
    objects.find((object) => object.kind.toLowerCase() === kind && object.metadata.name === name);
  const templates = objects.flatMap(({ spec }) => spec?.template ?? spec?.jobTemplate?.spec.template ?? []);
  /** Of the blocks, and of what stands on the right of the tables. */
  const commands = [
    ...[...text.matchAll(/```bash\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n')),
    ...[...text.matchAll(/^\| .* \| (.*) \|$/gm)].flatMap(([, now = '']) =>
      [...now.matchAll(/`(kubectl [^`]+)`/g)].map(([, command = '']) => command),
    ),
  ];

  test.each(commands)('%s', (command) => {
    const missing: string[] = [];
    for (const [, short = '', name = ''] of command.matchAll(
      /(svc|deployment|statefulset|job|cronjob)\/([-a-z0-9]+)/g,
    )) {
      const object = named(short === 'svc' ? 'service' : short, name);
      if (!object) missing.push(`${short}/${name}`);
      const port = / \d+:(\d+)/.exec(command)?.[1];
      const ports = object?.spec?.ports?.map((each) => String(each.port));
      if (port !== undefined && ports && !ports.includes(port)) missing.push(`port ${port} of ${name}`);
      const container = / ([-a-z0-9]+)=/.exec(command.includes('set image') ? command : '')?.[1];
      const containers = object?.spec?.template?.spec.containers.map((each) => each.name);
      if (container !== undefined && !containers?.includes(container))
        missing.push(`container ${container} of ${name}`);
    }
    for (const [, key = '', value = ''] of command.matchAll(/ -l ([-./a-z]+)=([-a-z]+)/g)) {
      if (!templates.some(({ metadata }) => metadata.labels[key] === value)) missing.push(`pods with ${key}=${value}`);
    }
    expect(missing).toEqual([]);
  });

  test('all of it is in the namespace of the stack', () => {
    const namespace = objects.find(({ kind }) => kind === 'Namespace')?.metadata.name;
    const kubectl = commands.filter((command) => /^kubectl (?!apply -k)/.test(command));
    expect(kubectl.length).toBeGreaterThan(5);
    expect(kubectl.filter((command) => !command.includes(` -n ${namespace}`))).toEqual([]);
  });
});

test('each of the three guides has its section', () => {
  expect(sections.map(({ environment }) => environment.split('/')[1])).toEqual(['ml-platform', 'flts', 'preempt']);
});
