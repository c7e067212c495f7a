import type { Algorithm, AlgorithmField } from '../../client/index.ts';
import type { AddCommand } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failures.ts';
import { FORMATS, onePage, parseFormat, printList, printWhole, type Shape } from '../output/format.ts';

export const addAlgorithms: AddCommand = (program, cli) => {
  program
    .command('algorithms')
    .summary('list the built-in algorithms, or the parameters of one')
    .description('Lists the built-in algorithms. With a name: its parameters, their defaults and what is allowed.')
    .argument('[name]', 'of an algorithm')
    .option('-o, --output <format>', FORMATS.join(', '), 'table')
    .action(async (name: string | undefined, { output }: { output: string }) => {
      const format = parseFormat(output);
      const { client } = await cli.connection();
      const all = await client.algorithms();
      if (name === undefined) {
        await printList(cli.terminal, format, onePage(all), ALGORITHMS);
        return EXIT.ok;
      }
      const one = all.find((each) => each.name === name);
      if (one === undefined) {
        const known = all.map((each) => each.name).join(', ');
        throw new Failure(EXIT.notFound, `There is no algorithm ${name}.`, `There are ${known}.`);
      }
      if (format.kind === 'table' || format.kind === 'name')
        await printList(cli.terminal, format, onePage(one.fields), PARAMETERS);
      else await printWhole(cli.terminal, format, one);
      return EXIT.ok;
    });
};

const ALGORITHMS: Shape<Algorithm> = {
  nameOf: ({ name }) => name,
  columns: [
    { title: 'ALGORITHM', text: ({ name }) => name },
    { title: 'PARAMETERS', text: ({ fields }) => String(fields.length) },
    { title: 'GPUS', text: ({ needsGpus }) => (needsGpus ? 'needed' : '') },
    { title: 'DESCRIPTION', text: ({ title, description }) => (description === '' ? title : description) },
    { title: 'ENTRYPOINT', wide: true, text: ({ entrypoint }) => entrypoint },
  ],
};

const PARAMETERS: Shape<AlgorithmField> = {
  nameOf: ({ name }) => name,
  columns: [
    { title: 'PARAMETER', text: ({ name }) => name },
    { title: 'TYPE', text: ({ type, nullable }) => (nullable ? `${type}, or null` : type) },
    { title: 'DEFAULT', text: (field) => JSON.stringify(field.default ?? null) },
    { title: 'MEANING', text: ({ help }) => help },
    { title: 'ALLOWED', text: (field) => allowed(field) },
  ],
};

const allowed = ({ min, max, exclusiveMin, exclusiveMax, literals, items, ...field }: AlgorithmField): string => {
  const bounds = [
    min === undefined ? '' : `${exclusiveMin ? '>' : '>='} ${min}`,
    max === undefined ? '' : `${exclusiveMax ? '<' : '<='} ${max}`,
  ].filter(Boolean);
  const choices = [...(field.enum ?? []), ...(items?.enum ?? [])];
  return [...bounds, ...(choices.length > 0 ? [choices.join('|')] : []), ...(literals ?? [])].join(', ');
};
