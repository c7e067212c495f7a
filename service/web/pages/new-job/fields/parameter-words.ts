import type { AlgorithmField } from '../../../api/types.ts';

export const sameValue = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

export const isDefault = (field: AlgorithmField, value: unknown): boolean =>
  value === undefined || sameValue(value, field.default);

/** "From 0 to 1", "More than 0", "At least 1, or auto". */
export const describeRange = (field: AlgorithmField): string => {
  // What only keeps numbers within 32 bits would be noise.
  const max = field.max !== undefined && field.max < 2_147_483_647 ? field.max : undefined;
  const { min, exclusiveMin, exclusiveMax } = field;
  const parts: string[] = [];
  if (min !== undefined && max !== undefined && !exclusiveMin && !exclusiveMax) parts.push(`from ${min} to ${max}`);
  else {
    if (min !== undefined) parts.push(`${exclusiveMin ? 'more than' : 'at least'} ${min}`);
    if (max !== undefined) parts.push(`${exclusiveMax ? 'less than' : 'at most'} ${max}`);
  }
  for (const word of field.literals ?? []) parts.push(`or ${word}`);
  if (field.nullable) parts.push('or none');
  const text = parts.join(', ').replace(', or', ' or');
  return text.charAt(0).toUpperCase() + text.slice(1);
};
