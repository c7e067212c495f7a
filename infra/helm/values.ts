import { Yaml } from 'cdk8s';
import { z } from 'zod';
import { isWhole } from '../data/extras.ts';
import { unwrap } from './leaves.ts';

/** values.yaml: every setting with its default, and what it is as a comment. */
export function valuesFile(schema: z.core.$ZodType, defaults: unknown, kept: (path: string) => boolean): string {
  return `${section(schema, defaults, '', kept).join('\n')}\n`;
}

function section(schema: z.core.$ZodType, values: unknown, path: string, kept: (path: string) => boolean): string[] {
  const { inner } = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) throw new Error(`${path} is not a section`);
  const indent = ' '.repeat(path === '' ? 0 : 2);
  return Object.entries(inner.shape).flatMap(([key, field]) => {
    const own = path ? `${path}.${key}` : key;
    const comment = commentOf(field).map((line) => `${indent}# ${line}`);
    const value = (values as Record<string, unknown>)[key];
    const below = unwrap(field);
    if (below.inner instanceof z.ZodObject && !isWhole(below.inner)) {
      const lines = section(field, value, own, kept);
      return lines.length > 0
        ? [...comment, `${indent}${key}:`, ...lines.map((line) => (line ? indent + line : line))]
        : [];
    }
    if (!kept(own)) return [];
    const written = Yaml.stringify({ [key]: value })
      .trimEnd()
      .split('\n');
    // Helm would lay a user's map over this one, where the program takes the one or the other.
    const isDefaultedRecord = below.inner instanceof z.ZodRecord && Object.keys(value as object).length > 0;
    return [...comment, ...written.map((line) => (line ? `${indent}${isDefaultedRecord ? '# ' : ''}${line}` : line))];
  });
}

function commentOf(schema: z.core.$ZodType): string[] {
  const description = (schema as z.ZodType).description ?? '';
  const { inner } = unwrap(schema);
  const options = inner instanceof z.ZodEnum ? ` One of ${inner.options.join(', ')}.` : '';
  return description ? [description + options] : [];
}
