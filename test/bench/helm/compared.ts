import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { byTitle, objectsIn, template, withoutRecord } from '../../infra/helm/render.ts';

/** The chart that is derived from the program, and one of the same objects that was written by hand. */
export const DERIVED = 'charts-out/helm/ml-platform';
export const BY_HAND = join(import.meta.dirname, 'ml-platform');

export const ENVIRONMENTS = ['dev', 'prod'];

export const rendered = (helm: string, folder: string, environment: string): string =>
  template(helm, 'ml-platform', folder, '--values', join(DERIVED, `ci/${environment}-values.yaml`));

/** The objects that the two charts say differently. */
export function different(helm: string, environment: string): string[] {
  const [derived = {}, byHand = {}] = [DERIVED, BY_HAND].map((folder) =>
    byTitle(
      objectsIn(rendered(helm, folder, environment)).map((each) => (folder === DERIVED ? withoutRecord(each) : each)),
    ),
  );
  const titles = new Set([...Object.keys(derived), ...Object.keys(byHand)]);
  return [...titles].filter((title) => !isDeepStrictEqual(derived[title], byHand[title]));
}
