import { parser } from '@prometheus-io/lezer-promql';

/** What Prometheus' own grammar for editors cannot read in a query, with what is before it; none: it is PromQL. */
export function promqlErrors(query: string): string[] {
  const errors: string[] = [];
  parser.parse(query).iterate({
    enter: ({ from, type }) => {
      if (type.isError) errors.push(`after ${JSON.stringify(query.slice(0, from))}`);
    },
  });
  return errors;
}
