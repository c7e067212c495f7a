import { PATHS } from '../../../service/contract.ts';
import type { Section } from '../definition.ts';
import type { Entrance } from '../entrances.ts';
import { BACKEND } from './backend.ts';
import type { Settings } from './settings.ts';

const JOB = { jobName: 'first', algorithm: { source: 'builtin', algorithmName: 'xgboost' } };

/** The first job, by the way that leads to the API. */
export function firstSteps(settings: Settings, entrances: readonly Entrance[]): Section[] {
  const { forward, origin } = entrances.find(({ workload }) => workload === BACKEND) ?? {};
  const token = tokenOf(settings);
  return [
    {
      title: 'The first job:',
      lines: [
        ...(forward === undefined ? [] : [`${forward} &`]),
        `API='${origin}${PATHS.api}'`,
        ...(token === undefined ? [] : [`TOKEN=   # ${token}`]),
        `curl -s "$API/jobs" -H 'content-type: application/json' \\`,
        ...(token === undefined ? [] : ['  -H "authorization: Bearer $TOKEN" \\']),
        `  -d '${JSON.stringify(JOB)}'`,
      ],
    },
  ];
}

/** Where a caller's token comes from. */
function tokenOf({ auth: { mode, oidc, tokensSecret } }: Settings): string | undefined {
  if (mode === 'none') return undefined;
  if (mode === 'oidc') return `an access token of ${oidc.origin}${oidc.path} for ${oidc.audience}`;
  return `one whose hash is in the Secret ${tokensSecret}: npm run hash-token makes both`;
}
