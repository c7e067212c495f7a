import { Construct } from 'constructs';
import type { LocustSettings } from '../settings/observability.ts';
import { ConfigFiles } from './config-files.ts';
import { address, type Endpoint } from './endpoint.ts';
import { command, http, SLOW_START } from './probes.ts';
import { WebService } from './web-service.ts';

const WEB = 8089;
const WORKERS = 5557;
/** `locust` of the official image. */
const USER = 1000;
const CONFIG = '/etc/locust';
const FILE = 'locustfile.py';

/** Load on one service, from a master with a page and its workers. */
export class Locust extends Construct {
  constructor(scope: Construct, name: string, settings: LocustSettings, target: Endpoint) {
    super(scope, name);
    const script = new ConfigFiles(this, 'script', { name: `${name}-script`, files: { [FILE]: settings.script } });
    const shared = {
      component: 'load-test',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      settings: settings.pod,
      env: { HOME: '/tmp' },
      configFiles: script.files,
      mounts: [{ name: 'script', path: CONFIG, from: { configMap: script.name } }],
    };
    const base = [`--locustfile=${CONFIG}/${FILE}`, `--host=http://${address(target)}`];
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
    const connected = ['python', '-c', 'import os; os.stat("/proc/1/fd")'];
    new WebService(this, 'workers', {
      ...shared,
      name: `${name}-worker`,
      title: 'Locust workers',
      replicas: settings.workers,
      args: [...base, '--worker', `--master-host=${master.name}`, `--master-port=${WORKERS}`],
      talksTo: [{ to: master.endpoint('workers'), waitSeconds: 300 }, { to: target }],
      probes: { liveness: command(connected, { periodSeconds: 30 }), readiness: command(connected) },
    });
  }
}
