import type { Me } from '../api/types.ts';

/** Whether to offer actions on jobs of the namespace; the service decides for itself in any case. */
export const mayChange = (me: Me | undefined, namespace: string): boolean =>
  changing(me).some(({ namespaces }) => namespaces.includes('*') || namespaces.includes(namespace));

export const mayChangeSome = (me: Me | undefined): boolean => changing(me).length > 0;

/** Where one may submit; null where that is everywhere. */
export const namespacesToSubmit = (me: Me | undefined): readonly string[] | null => {
  const names = changing(me).flatMap(({ namespaces }) => namespaces);
  return me === undefined || names.includes('*') ? null : [...new Set(names)].sort();
};

const changing = (me: Me | undefined) => me?.grants.filter(({ role }) => role !== 'viewer') ?? [];
