// Which packages the training programs need outside of a container: one environment of Python for each engine, so that
// nobody fetches what they do not use. In containers they are those of the images (infra/images/trainer.Dockerfile).

/** Environments that jobs of the built-in algorithms run in on this machine, and what each is for. */
export const ENGINES = {
  trees: {
    algorithms: ['xgboost', 'lightgbm'],
    holds: 'XGBoost and LightGBM',
    modules: ['xgboost', 'lightgbm', 'pyarrow'],
  },
  torch: {
    algorithms: ['torch-mpi', 'horovod-mpi'],
    holds: 'PyTorch',
    modules: ['torch', 'onnx', 'onnxscript', 'pyarrow'],
  },
  deepspeed: {
    algorithms: ['deepspeed-zero3'],
    holds: 'DeepSpeed',
    modules: ['deepspeed', 'torch', 'transformers', 'peft', 'pyarrow'],
  },
  jax: { algorithms: ['jax-pjit'], holds: 'JAX', modules: ['jax', 'optax', 'pyarrow'] },
  tensorflow: {
    algorithms: ['tensorflow-cnn', 'tensorflow-transformer', 'tf-distributed'],
    holds: 'TensorFlow',
    modules: ['tensorflow', 'tokenizers', 'safetensors', 'pyarrow'],
  },
} as const satisfies Record<string, Contents>;

interface Contents {
  readonly algorithms: readonly [string, ...string[]];
  /** For people. */
  readonly holds: string;
  /** What Python must find in an environment of the user's own. */
  readonly modules: readonly string[];
}

export type Engine = keyof typeof ENGINES;
export const ENGINE_NAMES = Object.keys(ENGINES) as Engine[];
/** That of `npm run test:trainers` has all that PyPI has for CPUs. */
export type EnvironmentName = Engine | 'test';

export const engineOf = (algorithm: string): Engine | undefined =>
  ENGINE_NAMES.find((engine) => (ENGINES[engine].algorithms as readonly string[]).includes(algorithm));

/** What is installed at once: the packages of a file of locks/, by their hashes. */
export interface Packages {
  readonly lock: string;
  /** Where they are, if not on PyPI. */
  readonly index?: string;
  /** Built here, by what is there already; without what it would compile. */
  readonly source?: true;
  /** Told before it is tried: what is large, or takes another's place. */
  readonly word?: string;
}

export interface Machine {
  readonly platform: NodeJS.Platform;
  /** Of Python: 3.12.1. */
  readonly version: string;
}

/** One after the other; of several at one place the first that can be had. */
export function packagesOf(name: EnvironmentName, machine: Machine): readonly (readonly Packages[])[] {
  switch (name) {
    case 'torch':
      return [[{ lock: 'torch' }], pytorch(machine)];
    case 'deepspeed':
      return [[{ lock: 'deepspeed' }], pytorch(machine), [{ lock: 'image-gpu-source', source: true }]];
    default:
      return [[{ lock: name }]];
  }
}

/** The first version of Python that it is not there for. */
export const TOO_NEW: Partial<Record<EnvironmentName, readonly [number, number]>> = { tensorflow: [3, 14] };

/** Or a mirror of it. */
const PYTORCH_INDEX = 'https://download.pytorch.org/whl/cpu';
export const PYTORCH_INDEX_VARIABLE = 'TORCH_INDEX';
/** Of the hashes in image-cpu-torch.txt. */
const PYTORCH_FOR_CPUS = /^3\.12\./;

/** On Linux PyPI's package of PyTorch brings CUDA. The one without is in an index of PyTorch's own; elsewhere it is PyPI's. */
function pytorch({ platform, version }: Machine): readonly Packages[] {
  const ofPypi = { lock: 'torch-pypi' };
  if (platform !== 'linux') return [ofPypi];
  const withCuda = (why: string) => ({ ...ofPypi, word: `${why}: PyPI's package comes instead, with CUDA (3 GB)` });
  if (!PYTORCH_FOR_CPUS.test(version)) {
    return [withCuda(`PyTorch for CPUs is locked for Python 3.12, and this is ${version}`)];
  }
  const index = process.env[PYTORCH_INDEX_VARIABLE] || PYTORCH_INDEX;
  return [
    { lock: 'image-cpu-torch', index, word: `PyTorch for CPUs (200 MB) is asked of ${index}` },
    withCuda(`PyTorch for CPUs could not be had (${PYTORCH_INDEX_VARIABLE} can name a mirror)`),
  ];
}
