import type { Algorithm } from './algorithm.ts';
import { xgboost } from './xgboost.ts';

export { type Algorithm, environmentNameOf } from './algorithm.ts';

export const ALGORITHMS: readonly Algorithm[] = [xgboost];

export const algorithmNamed = (name: string): Algorithm | undefined =>
  ALGORITHMS.find((algorithm) => algorithm.name === name);
