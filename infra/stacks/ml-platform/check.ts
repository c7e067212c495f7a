import { PROBE } from '../../../service/contract.ts';
import { Check } from '../../constructs/check.ts';
import { address } from '../../constructs/endpoint.ts';
import { imageReference } from '../../constructs/image.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { WebService } from '../../constructs/web-service.ts';
import { BACKEND_USER } from './backend.ts';
import type { Settings } from './settings.ts';

export const TOKEN_KEY = 'token';
const DIRECTORY = '/etc/check';
const IMAGE = 'PROBE_IMAGE';

/** A job through the whole platform (service/probe). */
export function check(stack: Stack, settings: Settings, api: WebService): void {
  const { auth, backend, check, images } = settings;
  const isAsked = auth.mode !== 'none';
  const hasToken = isAsked && check.tokenSecret !== '';
  new Check(stack, {
    image: backend.image,
    user: BACKEND_USER,
    command: ['node', PROBE.program],
    env: { [IMAGE]: imageReference(images.wait, images) },
    args: [
      `${PROBE.url}=http://${address(api.endpoint('http'))}`,
      `${PROBE.image}=$(${IMAGE})`,
      `${PROBE.namespace}=${check.namespace}`,
      `${PROBE.timeout}=${check.timeoutSeconds}`,
      ...(hasToken ? [`${PROBE.tokenFile}=${DIRECTORY}/${TOKEN_KEY}`] : []),
      ...(isAsked && !hasToken ? [PROBE.expectRefusal] : []),
    ],
    ...(hasToken && {
      mounts: [{ name: 'token', path: DIRECTORY, from: { secret: check.tokenSecret, keys: [TOKEN_KEY] } }],
    }),
  });
}
