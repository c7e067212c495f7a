import type { Algorithm } from './algorithm.ts';
import { deepspeedZero3 } from './deepspeed-zero3.ts';
import { type AlgorithmDescription, describeAlgorithm } from './describe.ts';
import { horovodMpi } from './horovod-mpi.ts';
import { jaxPjit } from './jax-pjit.ts';
import { lightgbm } from './lightgbm.ts';
import { tensorflowCnn } from './tensorflow-cnn.ts';
import { tensorflowTransformer } from './tensorflow-transformer.ts';
import { tfDistributed } from './tf-distributed.ts';
import { torchMpi } from './torch-mpi.ts';
import { xgboost } from './xgboost.ts';

export { type Algorithm, environmentNameOf } from './algorithm.ts';
export type { AlgorithmDescription, FieldDescription } from './describe.ts';

/** All that are built in. A new one is one file beside these and one entry here. */
export const ALGORITHMS: readonly Algorithm[] = [
  xgboost,
  lightgbm,
  tensorflowCnn,
  tensorflowTransformer,
  tfDistributed,
  torchMpi,
  horovodMpi,
  deepspeedZero3,
  jaxPjit,
];

export const algorithmNamed = (name: string): Algorithm | undefined =>
  ALGORITHMS.find((algorithm) => algorithm.name === name);

/** The answer of GET /algorithms. */
export const describeAlgorithms = (): AlgorithmDescription[] => ALGORITHMS.map(describeAlgorithm);
