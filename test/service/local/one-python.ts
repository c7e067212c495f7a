import { createEnvironments, type Environments } from '../../../service/local/environments.ts';
import type { Python } from '../../../service/trainers/environment.ts';
import { ENGINE_NAMES } from '../../../service/trainers/packages.ts';

/** Whatever engine is asked for, this Python runs it. */
export const onePython = (python: Python): Environments =>
  createEnvironments({
    made: Object.fromEntries(ENGINE_NAMES.map((engine) => [engine, python])),
    make: () => Promise.reject(new Error('nothing is made here')),
    tell: () => {},
  });
