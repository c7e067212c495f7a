import type { Stack } from '../../constructs/stack.ts';
import type { Settings } from './settings.ts';

export function observe(_stack: Stack, _settings: Settings): void {}
