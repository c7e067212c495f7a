import { describe, expect, test } from 'vitest';
import { NOTES, release } from '../../../infra/helm/release.ts';
import { settingsOf } from '../subjects.ts';
import { charts, given } from './charts.ts';
import { helms, renderAll, valuesFor } from './render.ts';

const FILE = 'templates/NOTES.txt';

/** Helm prints notes only after it has installed something: here they are rendered as the text of an object. */
function withNotesAsObject({ files, name }: { files: ReadonlyMap<string, string>; name: string }) {
  const { [FILE]: notes = '', ...others } = Object.fromEntries(files);
  const define = `{{ define "notes" }}${notes}{{ end }}`;
  const object = 'apiVersion: v1\nkind: Notes\nmetadata:\n  name: notes\ntext: {{ include "notes" . | toJson }}\n';
  return {
    name,
    files: new Map([...Object.entries(others), ['templates/_notes.tpl', define], ['templates/notes.yaml', object]]),
  };
}

describe.each(charts.filter(({ folder }) => folder === ''))('NOTES.txt of $name', (chart) => {
  const { definition, program } = chart;
  const cases = given(chart);

  test.each(helms)('is what the program says, for every environment and example (helm $version)', ({ helm }) => {
    const values = cases.map(([, settings]) => valuesFor(chart, settings));
    const rendered = renderAll(helm, withNotesAsObject(chart), values);
    for (const [index, [name, settings]] of cases.entries()) {
      const said = rendered[index]?.find(({ kind }) => kind === 'Notes')?.text;
      const [notes] = release(program, settingsOf(definition, settings)).get(NOTES) ?? [];
      // What begins with a condition begins with the end of its line.
      const told = `${notes?.text}\n\nWhether it works:\n  helm test ${chart.name} --namespace default --logs\n`;
      // Of two Secrets that no build had together nobody can say which is told first.
      expect(inAnyOrder(String(said).replace(/^\n/, '')), name).toEqual(inAnyOrder(told));
    }
  });
});

/** Sections in their order, and in each the lines. */
const inAnyOrder = (text: string): string[][] => text.split('\n\n').map((section) => section.split('\n').sort());

describe.each(charts.filter(({ folder }) => folder !== ''))('NOTES.txt of $name', ({ files, definition }) => {
  test('says where the rest is', () => {
    expect(files.get(FILE)).toContain(`in the chart ${definition.name}`);
  });
});

const textFor = (stack: string, settings: unknown): string => {
  const [chart] = charts.filter(({ name }) => name === stack);
  if (!chart) throw new Error(`no chart ${stack}`);
  return String(release(chart.program, settingsOf(chart.definition, settings)).get(NOTES)?.[0]?.text);
};

describe('what a person is told', () => {
  test('the address: of the Ingress with or without TLS, of a route, a node or a load balancer, or the command that forwards a port', () => {
    const told = (exposure: object) => textFor('ml-platform', { exposure });
    const ingress = { host: 'ml.example.com' };
    expect(told({ type: 'ingress', ingress })).toContain('Page: https://ml.example.com/\n');
    expect(told({ type: 'ingress', ingress: { ...ingress, tls: { source: 'none' } } })).toContain('Page: http://ml.');
    expect(told({ type: 'nodePort', nodePort: { frontend: 31_000 } })).toContain('<address of a node>:31000/\n');
    expect(told({ type: 'gateway', gateway: ingress })).toContain('Page: https://ml.example.com/\n');
    expect(told({ type: 'loadBalancer' })).toContain('<external address of service/ml-platform-frontend>:80/\n');
    expect(told({ type: 'none' })).toContain('port-forward service/ml-platform-frontend 8080:80\n');
  });

  test('the Secrets that must be there, by the names that the settings give them', () => {
    const text = textFor('ml-platform', { backend: { kubeconfigSecret: 'my-kubeconfigs' }, auth: { mode: 'oidc' } });
    expect(text).toContain('Secret my-kubeconfigs (karmada-kubeconfig, mgmt-kubeconfig)');
    expect(text).not.toContain('tokens.json');
  });

  test('the password, by a command that reads the right key', () => {
    const database = { secret: { name: 'db', passwordKey: 'pw' }, user: 'me' };
    expect(textFor('ml-platform', { database })).toContain(
      `postgres, user me:\n    kubectl --namespace ml-platform get secret db --output go-template='{{ index .data "pw" | base64decode }}'`,
    );
    expect(textFor('ml-platform', { database: { mode: 'external' } })).not.toContain('Passwords:');
  });

  test('the first job, with a token only where one is asked for', () => {
    const job = (mode: string) => textFor('ml-platform', { auth: { mode } }).split('The first job:\n')[1];
    expect(job('none')).not.toContain('TOKEN');
    expect(job('tokens')).toContain('-H "authorization: Bearer $TOKEN" \\');
    expect(job('oidc')).toContain('an access token of https://id.example.com for ml-platform');
  });
});
