import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { unreadable } from './values.ts';

/** As much of a kubeconfig as tells a usable one from a file that would fail at the first request. */
const kubeconfigShape = z.object({
  'current-context': z.string().min(1),
  contexts: z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) })),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({ server: z.url(), 'certificate-authority': z.string().optional() }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z
        .object({
          'client-certificate': z.string().optional(),
          'client-key': z.string().optional(),
          tokenFile: z.string().optional(),
        })
        .nullable(),
    }),
  ),
});

/** Path of a kubeconfig whose current context names a cluster and a user, and whose files are there. */
export const kubeconfigFile = z.string().superRefine((path, context) => {
  for (const message of kubeconfigProblems(path)) context.addIssue({ code: 'custom', message });
});

function kubeconfigProblems(path: string): string[] {
  const problem = unreadable(path);
  if (problem) return [problem];
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // Only the position: the text around it may be a key or a token.
    const at = (error as { linePos?: [{ line: number }] }).linePos?.[0].line;
    return [`the file is no YAML${at ? ` (line ${at})` : ''}; must be a kubeconfig`];
  }
  const parsed = kubeconfigShape.safeParse(content);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.') || 'its root';
    return [`the file is no kubeconfig with a current-context, contexts, clusters and users (see ${at})`];
  }
  return danglingReferences(path, parsed.data);
}

function danglingReferences(path: string, kubeconfig: z.infer<typeof kubeconfigShape>): string[] {
  const current = kubeconfig['current-context'];
  const chosen = kubeconfig.contexts.find(({ name }) => name === current)?.context;
  if (!chosen) return [`its current-context "${current}" is not among its contexts`];
  const cluster = kubeconfig.clusters.find(({ name }) => name === chosen.cluster)?.cluster;
  const user = kubeconfig.users.find(({ name }) => name === chosen.user);
  if (!cluster) return [`its context "${current}" names a cluster "${chosen.cluster}" that it does not have`];
  if (!user) return [`its context "${current}" names a user "${chosen.user}" that it does not have`];
  const files = {
    'certificate-authority': cluster['certificate-authority'],
    'client-certificate': user.user?.['client-certificate'],
    'client-key': user.user?.['client-key'],
    tokenFile: user.user?.tokenFile,
  };
  return Object.entries(files).flatMap(([field, file]) => {
    const missing = file && unreadable(resolve(dirname(path), file));
    return missing ? [`its ${field} ${file}: ${missing}`] : [];
  });
}
