export { type FieldError, Problem, Unreachable } from '../../client/index.ts';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
