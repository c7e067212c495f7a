import { KINDS } from '../contract.ts';
import { CLAIM, CONFIG_MAP, EVENT, type Kind, NAMESPACE, NODE, POD, SECRET, SERVICE } from '../kube/kinds.ts';
import { KarmadaError } from './errors.ts';

const KNOWN: readonly Kind[] = [
  NAMESPACE,
  NODE,
  CLAIM,
  CONFIG_MAP,
  SECRET,
  POD,
  SERVICE,
  EVENT,
  ...Object.values(KINDS),
];

/** The kind of an object that this service works with. */
export function kindOf(object: { readonly apiVersion: string; readonly kind: string }): Kind {
  const known = KNOWN.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
  if (known) return known;
  throw new KarmadaError('refused', `${object.apiVersion} ${object.kind} is not a kind that this service works with.`);
}
