import type { StackDefinition } from './definition.ts';
import { flts } from './flts/index.ts';
import { mlPlatform } from './ml-platform/index.ts';
import { monitoring } from './monitoring/index.ts';
import { preempt } from './preempt/index.ts';
import { trainingOperator } from './training-operator/index.ts';

/** Every stack. What is listed here is synthesized, tested, drawn, charted and can be deployed. */
export const stacks: readonly StackDefinition[] = [mlPlatform, flts, preempt, trainingOperator, monitoring];
