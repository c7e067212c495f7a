import { stacks } from '../stacks/index.ts';

/** Stacks whose charts are proven equal to the program. For flts and preempt deriving still takes too long. */
export const charted = stacks.filter(({ name }) => name === 'ml-platform');
