import type { Framework, Spec } from '../schema/spec.ts';

/** Kubernetes replaces $(NAME) by the container's variable. */
const PYTORCH = (gpus: number): string[] => [
  'python',
  '-m',
  'torch.distributed.run',
  `--nproc_per_node=${Math.max(1, gpus)}`,
  '--nnodes=$(NUM_WORKERS)',
  '--node_rank=$(WORKER_RANK)',
  '--master_addr=$(MASTER_ADDR)',
  '--master_port=$(MASTER_PORT)',
  'train.py',
];

const DEFAULT_COMMAND: Record<Framework, (gpus: number) => string[]> = {
  pytorch: PYTORCH,
  // Both find their peers by variables: see environment.ts.
  tensorflow: () => ['python', 'train.py'],
  jax: () => ['python', 'train.py'],
};

export const commandOf = ({ command, framework, gpusPerWorker }: Spec): readonly string[] =>
  command ?? DEFAULT_COMMAND[framework](gpusPerWorker);
