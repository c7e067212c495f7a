import { createContext, useContext } from 'react';
import type { FieldError } from '../../api/problem.ts';
import type { Draft } from '../../lib/draft.ts';
import { getAt, type Path, pathKey } from '../../lib/paths.ts';

export interface RequestForm {
  readonly draft: Draft;
  readonly errors: readonly FieldError[];
  set(path: Path, value: unknown): void;
}

export const FormContext = createContext<RequestForm | null>(null);

export const useForm = (): RequestForm => {
  const form = useContext(FormContext);
  if (form === null) throw new Error('useForm is used outside FormContext');
  return form;
};

/** Where the field of a place stands in the page: errors lead there. */
export const FIELD_PREFIX = 'field-';
export const fieldId = (path: Path): string => `${FIELD_PREFIX}${pathKey(path)}`;

/** One place of the request: its value, what is wrong with it, and how to change it. */
export const useField = (path: Path) => {
  const { draft, errors, set } = useForm();
  const key = pathKey(path);
  return {
    id: fieldId(path),
    value: getAt(draft, path),
    error: errors.find((error) => pathKey(error.path) === key)?.message,
    set: (value: unknown) => set(path, value),
  };
};
