import { MAX_NAME } from '../names.ts';

/** A rule of the API server in the Common Expression Language. `oldSelf` in it: it is asked of changes only. */
export interface Rule {
  readonly rule: string;
  readonly message: string;
}

export const rules = (...list: readonly Rule[]): { readonly 'x-kubernetes-validations': readonly Rule[] } => ({
  'x-kubernetes-validations': list,
});

/**
 * What the pods of a running attempt are made of: changing it without stopping them would say one thing and run
 * another.
 */
const FIXED_WHILE_RUNNING = ['model', 'dataset', 'numWorkers', 'gpusPerWorker', 'framework', 'image'];
const OPTIONAL_FIXED_WHILE_RUNNING = ['command', 'args', 'resources'];

const advice = 'cannot change while the job may run: set suspend to true in the same change, or before it';

const fixed = (field: string, isSame: string): Rule => ({
  rule: `self.suspend || oldSelf.suspend || ${isSame}`,
  message: `${field} ${advice}`,
});

export const FIXED_RULES: readonly Rule[] = [
  ...FIXED_WHILE_RUNNING.map((field) => fixed(field, `self.${field} == oldSelf.${field}`)),
  ...OPTIONAL_FIXED_WHILE_RUNNING.map((field) =>
    fixed(
      field,
      `(has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field}))`,
    ),
  ),
];

export const BACKOFF_LIMIT_ONCE: Rule = {
  rule: '!has(self.backoffLimit) || !has(self.failurePolicy) || !has(self.failurePolicy.backoffLimit) || self.backoffLimit == self.failurePolicy.backoffLimit',
  message: 'backoffLimit and failurePolicy.backoffLimit differ; keep failurePolicy.backoffLimit',
};

export const RETRIES_THAT_NEVER_COME: Rule = {
  rule: "self.restartPolicy != 'Never' || !has(self.backoffLimit) || self.backoffLimit == 0",
  message: 'restartPolicy Never allows no restarts: leave backoffLimit out, or set it to 0',
};

export const GPUS_ONCE: readonly Rule[] = ['requests', 'limits'].map((part) => ({
  rule: `!has(self.resources) || !has(self.resources.${part}) || !('nvidia.com/gpu' in self.resources.${part}) || string(self.resources.${part}['nvidia.com/gpu']) == string(self.gpusPerWorker)`,
  message: `resources.${part}['nvidia.com/gpu'] must equal gpusPerWorker; leave it out, it is added`,
}));

export const COMPLETE_STORAGE: readonly Rule[] = [
  {
    rule: "self.type != 'nfs' || (has(self.server) && has(self.path))",
    message: 'storage of type nfs needs server and path',
  },
  { rule: "!(self.type in ['s3', 'gcs']) || has(self.s3Bucket)", message: 'storage of type s3 or gcs needs s3Bucket' },
];

export const GOAL_IS_SET: Rule = {
  rule: 'has(self.targetAccuracy) || has(self.earlyStoppingPatience)',
  message: 'a successPolicy needs targetAccuracy or earlyStoppingPatience',
};

export const SOURCE_OF_VARIABLE: Rule = {
  rule: '!has(self.value) || !has(self.valueFrom)',
  message: 'a variable has either value or valueFrom',
};

/** Names of Services are stricter than those of the object: no dots. */
export const NAME_FITS: Rule = {
  rule: `self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$') && self.metadata.name.size() <= ${MAX_NAME}`,
  message: `metadata.name must begin with a letter, hold no dots, and have at most ${MAX_NAME} characters: pods and a Service are named after it`,
};
