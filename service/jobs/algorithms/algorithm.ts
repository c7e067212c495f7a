import { z } from 'zod';

/** One built-in algorithm. Its form, its checks, its documentation and its environment all come from `hyperparameters`. */
export interface Algorithm {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Fields that are set most, in the order in which a form asks for them. */
  readonly common: readonly string[];
  /** How the training image starts it; a request's own `entrypoint` wins. */
  readonly entrypoint: string;
  readonly hyperparameters: z.ZodObject;
  /** It is made for them; without them it serves to try things out. */
  readonly needsGpus: boolean;
  /** Of values that are allowed, as clients have always sent them: what today's library does not do, as field and message. */
  readonly foreseen: (values: Readonly<Record<string, unknown>>, size: Size) => readonly (readonly [string, string])[];
  /** Environment names that are not simply the upper-cased field. */
  readonly environmentNames: Readonly<Record<string, string>>;
}

/** Of the request: how many workers, and how many GPUs each. */
export interface Size {
  readonly workers: number;
  readonly gpus: number;
}

/** The variable that tells a hyperparameter: its own name in capitals, but for the few that have always had another. */
export const environmentNameOf = (field: string, algorithm?: Algorithm): string =>
  algorithm?.environmentNames[field] ?? field.toUpperCase();

/** The training images answer to one command for all built-in algorithms. */
const entrypointOf = (name: string) => `python -m mlplatform.train ${name}`;

export function defineAlgorithm<const Fields extends z.core.$ZodLooseShape>(definition: {
  name: string;
  title: string;
  description: string;
  common: readonly (keyof Fields & string)[];
  fields: Fields;
  needsGpus?: true;
  /** Rules between fields. */
  check?: (values: Record<string, unknown>, refuse: (field: string, message: string) => void) => void;
  foreseen?: Algorithm['foreseen'];
  environmentNames?: Record<string, string>;
}): Algorithm {
  const {
    name,
    title,
    description,
    common,
    fields,
    check,
    needsGpus = false,
    foreseen = () => [],
    environmentNames = {},
  } = definition;
  const object = z.strictObject(fields);
  const hyperparameters = check
    ? object.superRefine((values, context) => {
        check(values, (field, message) => context.addIssue({ code: 'custom', path: [field], message }));
      })
    : object;
  const entrypoint = entrypointOf(name);
  return { name, title, description, common, entrypoint, hyperparameters, needsGpus, foreseen, environmentNames };
}

// The field types that forms know. A default is part of each: no field of a built-in algorithm is required.

export const number = (fallback: number, bounds: { min?: number; max?: number; above?: number; below?: number } = {}) =>
  bounded(z.number(), bounds).default(fallback);

/** The libraries keep whole numbers in 32 bits. */
export const INT32_MAX = 2_147_483_647;

export const integer = (fallback: number, bounds: { min?: number; max?: number } = {}) =>
  bounded(z.int(), { max: INT32_MAX, ...bounds }).default(fallback);

export const choice = <const T extends readonly [string, ...string[]]>(fallback: T[number], values: T) =>
  z.enum(values).default(fallback as z.core.util.NoUndefined<T[number]>);

export const flag = (fallback: boolean) => z.boolean().default(fallback);

/** 0 or 1, as libraries with C roots spell a flag. */
export const bit = (fallback: 0 | 1) => z.literal([0, 1]).default(fallback);

export function bounded<T extends z.ZodNumber>(
  schema: T,
  bounds: { min?: number; max?: number; above?: number; below?: number },
): T {
  let result = schema;
  if (bounds.min !== undefined) result = result.min(bounds.min) as T;
  if (bounds.max !== undefined) result = result.max(bounds.max) as T;
  if (bounds.above !== undefined) result = result.gt(bounds.above) as T;
  if (bounds.below !== undefined) result = result.lt(bounds.below) as T;
  return result;
}
