import type { StackDefinition } from './definition.ts';
import { mlPlatform } from './ml-platform/index.ts';

/** Every stack. What is listed here is synthesized, tested, drawn, charted and can be deployed. */
export const stacks: readonly StackDefinition[] = [mlPlatform as unknown as StackDefinition];
