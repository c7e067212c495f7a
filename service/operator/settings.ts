import { z } from 'zod';
import { OPERATOR } from '../contract.ts';

export interface OperatorSettings {
  readonly ownNamespace: string;
  readonly ownName: string;
  readonly namespaces: readonly string[];
  readonly workers: number;
  readonly kubeconfig: string | undefined;
  readonly metricsPort: number;
  readonly progressPort: number;
  readonly progressUrl: string | undefined;
  /** A folder with the endpoint's certificate, which others renew. */
  readonly progressCertificates: string | undefined;
  readonly progressFromLogs: boolean;
  readonly podGroups: boolean;
  readonly leaderElection: boolean;
  readonly logLevel: string;
}

const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be the name of a Kubernetes object');
const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`);
const address = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:', 'must be an https:// address')
  .transform((text) => text.replace(/\/$/, ''));
const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/** By the field of the settings; a variable that is empty counts as not set. */
const SCHEMAS = {
  ownNamespace: name.default('default'),
  ownName: name.default('trainingjob-operator'),
  namespaces: list.pipe(z.array(name)).default([]),
  workers: whole(1, 100).default(16),
  kubeconfig: z.string().optional(),
  metricsPort: whole(0, 65_535).default(8080),
  progressPort: whole(0, 65_535).default(8443),
  progressUrl: address.optional(),
  progressCertificates: z.string().optional(),
  progressFromLogs: flag.default(false),
  podGroups: flag.default(false),
  leaderElection: flag.default(true),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
} as const satisfies Record<keyof typeof OPERATOR.env, z.ZodType>;

type LoadedSettings = { readonly settings: OperatorSettings } | { readonly mistakes: readonly string[] };

export function loadSettings(environment: Readonly<Record<string, string | undefined>>): LoadedSettings {
  const mistakes: string[] = [];
  const entries = Object.entries(SCHEMAS).map(([field, schema]) => {
    const variable = OPERATOR.env[field as keyof typeof OPERATOR.env];
    const parsed = schema.safeParse(environment[variable]?.trim() || undefined);
    if (!parsed.success) mistakes.push(...parsed.error.issues.map(({ message }) => `${variable}: ${message}`));
    return [field, parsed.data] as const;
  });
  return mistakes.length > 0 ? { mistakes } : { settings: Object.fromEntries(entries) as unknown as OperatorSettings };
}
