import { Construct } from 'constructs';
import type { LocustSettings } from '../settings/observability.ts';
import { ConfigFiles } from './config-files.ts';
import { address, type Endpoint, external } from './endpoint.ts';
import { command, http, SLOW_START } from './probes.ts';
import { WebService } from './web-service.ts';

const WEB = 8089;
const WORKERS = 5557;
/** `locust` of the official image. */
const USER = 1000;
const CONFIG = '/etc/locust';
const FILE = 'locustfile.py';

/** A worker has no port of its own: it is well when the kernel has its connection to the master as established (1). */
const CONNECTED = [
  'python',
  '-c',
  `import sys
rows = [line.split() for name in ("tcp", "tcp6") for line in open("/proc/net/" + name)]
sys.exit(not any(row[3] == "01" and row[2].endswith(":${WORKERS.toString(16).toUpperCase()}") for row in rows))`,
];

/** Load on one service, from a master with a page and its workers. */
export class Locust extends Construct {
  constructor(scope: Construct, name: string, settings: LocustSettings, own: Endpoint) {
    super(scope, name);
    const { targetAddress, targetHost } = settings;
    const target = targetHost
      ? external('Target of the load', 'target', targetAddress, new URL(targetHost).hostname)
      : own;
    const script = new ConfigFiles(this, 'script', { name: `${name}-script`, files: { [FILE]: settings.script } });
    const shared = {
      component: 'load-test',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      env: { HOME: '/tmp' },
      configFiles: script.files,
      mounts: [{ name: 'script', path: CONFIG, from: { configMap: script.name } }],
    };
    const base = [`--locustfile=${CONFIG}/${FILE}`, `--host=${targetHost || `http://${address(target)}`}`];
    const master = new WebService(this, 'master', {
      ...shared,
      name: `${name}-master`,
      title: 'Locust',
      entrance: '/',
      replicas: 1,
      ports: { http: WEB, workers: WORKERS },
      servicePorts: { http: WEB, workers: WORKERS },
      args: [...base, '--master'],
      probes: { startup: http('/', WEB, SLOW_START), liveness: http('/', WEB), readiness: http('/', WEB) },
    });
    new WebService(this, 'workers', {
      ...shared,
      name: `${name}-worker`,
      title: 'Locust workers',
      replicas: settings.workers,
      args: [...base, '--worker', `--master-host=${master.name}`, `--master-port=${WORKERS}`],
      talksTo: [{ to: master.endpoint('workers'), waitSeconds: 300 }, { to: target }],
      probes: {
        liveness: command(CONNECTED, { periodSeconds: 30, failureThreshold: 10 }),
        readiness: command(CONNECTED),
      },
    });
  }
}
