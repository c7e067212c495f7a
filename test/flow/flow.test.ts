import { simulatedBase } from './base.ts';
import { describeFlows } from './flows.ts';

describeFlows(() => simulatedBase());
