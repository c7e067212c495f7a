import type { Construct } from 'constructs';
import { WEB_ENV } from '../../../service/contract.ts';
import { address } from '../../constructs/endpoint.ts';
import { clientsFromOutside, portsOutside } from '../../constructs/exposure.ts';
import { http } from '../../constructs/probes.ts';
import { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

const FRONTEND = 'ml-platform-frontend';

/** `nginx` in the image (infra/images/frontend.Dockerfile). */
const USER = 101;
const PORT = 8080;
const HEALTH = '/healthz';

/** The page: nginx with static files, which hands /api on to the backend. */
export function frontend(scope: Construct, settings: Settings, backend: WebService): WebService {
  const { auth, exposure, frontend } = settings;
  return new WebService(scope, FRONTEND, {
    title: 'Page',
    component: 'frontend',
    entrance: '/',
    image: frontend.image,
    user: USER,
    replicas: frontend.replicas,
    disruptionBudget: frontend.disruptionBudget,
    topologySpread: frontend.topologySpread,
    extras: frontend,
    ports: { http: PORT },
    servicePorts: { http: 80 },
    ...portsOutside(exposure, { http: exposure.nodePort.frontend }),
    admits: clientsFromOutside(settings),
    env: {
      [WEB_ENV.apiBaseUrl]: frontend.apiBaseUrl,
      // The browser signs in at the issuer itself, so the page's content security policy must allow it.
      [WEB_ENV.connectSources]: auth.mode === 'oidc' ? auth.oidc.origin : '',
    },
    talksTo: [{ to: backend.endpoint('http'), env: (to) => ({ [WEB_ENV.apiUpstream]: address(to) }) }],
    probes: {
      startup: http(HEALTH, PORT, { periodSeconds: 2, failureThreshold: 30 }),
      liveness: http(HEALTH, PORT),
      readiness: http(HEALTH, PORT),
    },
    resources: frontend.resources,
    preStopSeconds: 5,
    graceSeconds: 30,
  });
}
