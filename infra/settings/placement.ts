// Where pods may run, held to what the API server takes: it refuses the whole workload for one wrong word.
import { z } from 'zod';
import { refusal } from '../data/allowed.ts';
import * as s from './scalars.ts';

const NO_VALUE = 'no value with the operator Exists';

/** What a chart's schema says of the combinations. */
const TOLERATION_RULES = {
  if: { properties: { operator: { const: 'Exists' } }, required: ['operator'] },
  // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
  then: { properties: { value: refusal(NO_VALUE) } },
  else: { required: ['key'] },
};

export const toleration = () =>
  z
    .strictObject({
      key: s.labelKey().optional().describe('Taint key; left out, with Exists: every taint.'),
      operator: z.enum(['Exists', 'Equal']).optional().describe('How key and value are compared; left out: Equal.'),
      value: s.labelValue().optional().describe('Taint value, for Equal.'),
      effect: z
        .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
        .optional()
        .describe('Taint effect; left out: every effect.'),
    })
    .superRefine(({ key, operator, value }, context) => {
      if (operator === 'Exists' && value !== undefined)
        context.addIssue({ code: 'custom', path: ['value'], message: NO_VALUE });
      if (operator !== 'Exists' && key === undefined)
        context.addIssue({ code: 'custom', message: 'one with a key, or with the operator Exists' });
    })
    .meta(TOLERATION_RULES);

const weight = z.int().min(1).max(100);
const texts = z.array(z.string()).optional();

const nodeRequirement = z.strictObject({
  key: s.labelKey(),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']),
  values: texts,
});
const nodeSelectorTerm = z.strictObject({
  matchExpressions: z.array(nodeRequirement).optional(),
  matchFields: z.array(nodeRequirement).optional(),
});

const labelSelector = z.strictObject({
  matchLabels: s.labels().optional(),
  matchExpressions: z
    .array(
      z.strictObject({
        key: s.labelKey(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: texts,
      }),
    )
    .optional(),
});
const podAffinityTerm = z.strictObject({
  topologyKey: s.labelKey(),
  labelSelector: labelSelector.optional(),
  namespaceSelector: labelSelector.optional(),
  namespaces: texts,
  matchLabelKeys: texts,
  mismatchLabelKeys: texts,
});
const betweenPods = z.strictObject({
  requiredDuringSchedulingIgnoredDuringExecution: z.array(podAffinityTerm).optional(),
  preferredDuringSchedulingIgnoredDuringExecution: z.array(z.strictObject({ weight, podAffinityTerm })).optional(),
});

const KINDS = {
  nodeAffinity: z.strictObject({
    requiredDuringSchedulingIgnoredDuringExecution: z
      .strictObject({ nodeSelectorTerms: z.array(nodeSelectorTerm).min(1) })
      .optional(),
    preferredDuringSchedulingIgnoredDuringExecution: z
      .array(z.strictObject({ weight, preference: nodeSelectorTerm }))
      .optional(),
  }),
  podAffinity: betweenPods,
  podAntiAffinity: betweenPods,
};

/** One setting, given as a whole: a record for whoever asks of what kind it is. */
export const affinity = () =>
  z
    .partialRecord(z.enum(['nodeAffinity', 'podAffinity', 'podAntiAffinity']), z.unknown())
    .superRefine((given, context) => {
      for (const [kind, value] of Object.entries(given)) {
        const { error } = KINDS[kind as keyof typeof KINDS].safeParse(value);
        for (const issue of error?.issues ?? [])
          context.addIssue({ code: 'custom', path: [kind, ...issue.path], message: wordsOf(issue) });
      }
    });

const wordsOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'unrecognized_keys' ? `no ${issue.keys.join(', ')}` : issue.message;
