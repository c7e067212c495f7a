import { Command, InvalidArgumentError } from 'commander';
import { type ClusterSettings, DEFAULT_CLUSTERS } from '../../../service/local/karmada/clusters.ts';
import { REAL_PROXY_COST } from '../../../service/local/karmada/proxy-cost.ts';
import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { startRemoteControl } from './remote-control.ts';

interface Flags {
  readonly port: number;
  readonly controlPort: number;
  readonly clusters?: number;
  readonly speed: number;
  readonly realProxy?: boolean;
  readonly kubeconfig?: string;
}

function number(value: string): number {
  const read = Number(value);
  if (value.trim() !== '' && Number.isFinite(read) && read >= 0) return read;
  throw new InvalidArgumentError('a number from 0');
}

const command = new Command('node --import tsx test/simulation/karmada/process.ts')
  .description(
    'A simulated Karmada. Prints one line of JSON: {"url", "control", "kubeconfig"}; ends on SIGTERM, SIGINT or when its parent disconnects.',
  )
  .option('--port <n>', 'of the control plane on 127.0.0.1; 0: any free one', number, 0)
  .option('--control-port <n>', 'of the remote control; 0: any free one', number, 0)
  .option('--clusters <n>', 'members member-000, member-001 ... instead of the three of npm start', number)
  .option('--speed <x>', 'simulated seconds per second; 0: statuses change only when told', number, 1)
  .option('--real-proxy', 'a request through the proxy costs what it costs on a real one: 12 to 18 ms, 190 a second')
  .option('--kubeconfig <file>', 'write the kubeconfig there');

/** A simulated Karmada as a process of its own: for benches, and to try clients such as kubectl by hand. */
async function main(): Promise<void> {
  const { clusters, controlPort, kubeconfig, port, realProxy, speed } = command.parse().opts<Flags>();
  const simulation = await startSimulatedKarmada({
    port,
    speed,
    ...(realProxy && { proxyCost: REAL_PROXY_COST }),
    clusters: clusters === undefined ? DEFAULT_CLUSTERS : numbered(clusters),
  });
  const control = await startRemoteControl(simulation, controlPort);
  if (kubeconfig !== undefined) await simulation.writeKubeconfig(kubeconfig);

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
  console.error(`The simulated Karmada could not start: ${error.message}`);
  process.exit(1);
});
