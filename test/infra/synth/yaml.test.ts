import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { toYaml } from '../../../infra/synth/yaml.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';

/** Text that one YAML reader or another takes for something else. */
const TRAPS = [
  ...['yes', 'No', 'y', 'on', 'OFF', 'true', '~', 'null', 'Null', '', ' ', '=', '<<', '-', '--', '...', '---'],
  ...[
    '1e3',
    '0x1F',
    '0o17',
    '012',
    '1_000',
    '+1',
    '.5',
    '5.',
    '._',
    'E0',
    '12:30:45',
    '2001-01-01',
    '2001-01-01T00:00:00Z',
  ],
  ...[
    '.inf',
    '-.INF',
    '.NaN',
    '0b1',
    '1,000',
    '- a',
    'a: b',
    'a:',
    'a #b',
    '#a',
    '? a',
    ': a',
    '%x',
    '@x',
    '`x',
    '|',
    '>',
    '*a',
    '&a',
    '!a',
  ],
  ...[
    'a\n',
    'a\n\n',
    '\na',
    '\n',
    'a\n  b',
    '  a\nb',
    'a \nb',
    '\ta\nb',
    'a\r\nb',
    '\u0085x\ny',
    '\u2028',
    '\u007f',
    '\ufeffa',
    '日本語\nb',
  ],
  ...['{{ .Values.x }}', '{a}', '[a]', "it's", '"q"', 'a\\nb', '\u0000'],
];
const text = fc.oneof(
  fc.constantFrom(...TRAPS),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[-+.0-9eExX_:a-fytnosul~ #\n|>'"{}[\],&*!%@`]{0,12}$/),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const object = fc
  .dictionary(text, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true })
  .map((each) => JSON.parse(JSON.stringify(each)));

test.each(['1.1', '1.2'] as const)('any data reads back as it was, by YAML %s', (version) => {
  fc.assert(
    fc.property(object, (data) => {
      expect(JSON.parse(JSON.stringify(parse(toYaml(data), { version })))).toEqual(data);
    }),
    { numRuns: 1000 },
  );
});

const kubectl = kubernetesTool('kubectl');
test.skipIf(!kubectl)('kubectl reads every trap as the text that it is', () => {
  const data = Object.fromEntries(
    TRAPS.filter((each) => !each.includes('\u0000')).map((trap, index) => [`k${index}`, trap]),
  );
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'traps' }, data };
  const read = execFileSync(kubectl ?? '', ['label', '--local', '--output=json', '--filename=-', 'seen=yes'], {
    input: toYaml(manifest),
    encoding: 'utf8',
  });
  expect(JSON.parse(read).data).toEqual(data);
});

test('reads as a person would write it', () => {
  const container = {
    args: ['--port=8080', '-v'],
    command: [],
    env: [{ name: 'A', value: '1' }],
    image: 'r.example.com:5000/a/b:1.2',
    name: 'a',
  };
  expect(
    toYaml({ kind: 'Pod', spec: { containers: [container], nodeSelector: {}, script: 'a\n\n  b\nc' } }),
  ).toBe(`kind: Pod
spec:
  containers:
    - args:
        - --port=8080
        - -v
      command: []
      env:
        - name: A
          value: "1"
      image: r.example.com:5000/a/b:1.2
      name: a
  nodeSelector: {}
  script: |-
    a

      b
    c
`);
});
