import { parseArgs } from 'node:util';
import { type ClusterSettings, DEFAULT_CLUSTERS } from '../../../service/local/karmada/clusters.ts';
import { REAL_PROXY_COST } from '../../../service/local/karmada/proxy-cost.ts';
import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { startRemoteControl } from './remote-control.ts';

const USAGE = `node --import tsx test/simulation/karmada/process.ts [options]
  --port N           of the control plane on 127.0.0.1 (default: any free one)
  --control-port N   of the remote control (default: any free one)
  --clusters N       members member-000, member-001 ... instead of the three of npm start
  --speed X          simulated seconds per second; 0: statuses change only when told (default 1)
  --real-proxy       a request through the proxy costs what it costs on a real one: 12 to 18 ms, 190 a second
  --kubeconfig FILE  write the kubeconfig there
Prints one line of JSON: {"url", "control", "kubeconfig"}; ends on SIGTERM, SIGINT or when its parent disconnects.`;

/** A simulated Karmada as a process of its own: for benches, and to try clients such as kubectl by hand. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'control-port': { type: 'string', default: '0' },
      clusters: { type: 'string' },
      speed: { type: 'string', default: '1' },
      'real-proxy': { type: 'boolean', default: false },
      kubeconfig: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const simulation = await startSimulatedKarmada({
    port: Number(values.port),
    speed: Number(values.speed),
    ...(values['real-proxy'] && { proxyCost: REAL_PROXY_COST }),
    clusters: values.clusters === undefined ? DEFAULT_CLUSTERS : numbered(Number(values.clusters)),
  });
  const control = await startRemoteControl(simulation, Number(values['control-port']));
  if (values.kubeconfig !== undefined) await simulation.writeKubeconfig(values.kubeconfig);

  const end = async (): Promise<void> => {
    await control.close();
    await simulation.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end());
  process.once('disconnect', () => void end());
  const addresses = { url: simulation.url, control: control.url, kubeconfig: simulation.kubeconfig };
  console.log(JSON.stringify(addresses));
  process.send?.(addresses);
}

const numbered = (count: number): ClusterSettings[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `member-${String(i).padStart(3, '0')}`,
    region: `region-${i % 5}`,
    zone: `region-${i % 5}-a`,
    nodes: 4,
    node: { cpu: 32, memoryGi: 128, gpus: 4 },
  }));

await main().catch((error: Error) => {
  console.error(`The simulated Karmada could not start: ${error.message}\n${USAGE}`);
  process.exit(1);
});
