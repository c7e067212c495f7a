import type { Subject } from '../subjects.ts';
import { projectsAllow } from './gitops.ts';
import { namesAndLabels } from './naming.ts';
import { networkIsClosed } from './network.ts';
import { nodePortsAreFree } from './ports.ts';
import { referencesResolve } from './references.ts';
import { schemasHold } from './schemas.ts';
import { nothingSecret } from './secrets.ts';
import { podsAreSafe } from './security.ts';
import { updatesGoThrough } from './updates.ts';

/** What holds for every stack, in every environment and for any settings. Each rule lists what breaks it. */
export const rules: Readonly<Record<string, (subject: Subject) => string[]>> = {
  'every object is one that the API servers take': schemasHold,
  'every reference resolves': referencesResolve,
  'NodePorts are unique and in their range': nodePortsAreFree,
  'every pod is restricted, bounded, probed and pinned': podsAreSafe,
  'nothing secret is written': nothingSecret,
  'only declared traffic passes': networkIsClosed,
  'names and labels are in order': namesAndLabels,
  'updates and syncs go through': updatesGoThrough,
  'the projects of Argo CD allow what is applied, and no more': projectsAllow,
};
