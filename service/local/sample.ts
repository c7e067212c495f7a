import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { TRAINERS } from '../trainers/environment.ts';

// What a job without data learns from on this machine: small data that each algorithm gets something out of in seconds.

interface Sample {
  /** Of the files of tests/datasets.py. */
  readonly train: string;
  readonly validation: string;
  readonly label: string;
  readonly features: string;
  /** In the place of defaults that are for pictures of another size, weights of others or hours of training. */
  readonly hyperparameters: Readonly<Record<string, string | number | boolean>>;
}

/** By algorithm; the tests of the trainers hold each to what it learns. */
export const SAMPLES: Readonly<Record<string, Sample>> = JSON.parse(
  readFileSync(join(TRAINERS, 'samples.json'), 'utf8'),
);

/** In there: a language model with fresh weights, in a folder beside the data. */
const LANGUAGE_MODEL = 'language-model';

type Variables = Readonly<Record<string, string>>;

export const hasData = (told: Variables): boolean => Boolean(told.S3_TRAIN_KEY || told.S3_BUCKET);

/** The sample's data, and its hyperparameters where the job has left the defaults; and what was chosen, for its log. */
export function withSample(
  algorithm: string,
  told: Variables,
  folder: string,
): { readonly variables: Variables; readonly line: string } | undefined {
  const sample = SAMPLES[algorithm];
  if (!sample) return undefined;
  const chosen = fieldsOf(algorithm).flatMap(({ name, variable, default: usual }) => {
    const value = sample.hyperparameters[name];
    const own = told[variable];
    if (value === undefined || (own !== undefined && own !== String(usual ?? ''))) return [];
    return [{ name, variable, value: value === LANGUAGE_MODEL ? join(folder, LANGUAGE_MODEL) : String(value) }];
  });
  const file = (name: string) => pathToFileURL(join(folder, name)).href;
  const instead = chosen.map(({ name, value }) => `${name} ${value}`).join(', ');
  return {
    variables: {
      ...told,
      ...Object.fromEntries(chosen.map(({ variable, value }) => [variable, value])),
      S3_TRAIN_KEY: file(sample.train),
      S3_VAL_KEY: file(sample.validation),
      LABEL_COLUMN: sample.label,
      FEATURE_NAMES: sample.features,
    },
    line: `INFO  it has no data of its own, and learns from ${file(sample.train)}${instead && `, with ${instead}`}`,
  };
}

interface Field {
  readonly name: string;
  readonly variable: string;
  readonly default: unknown;
}

/** As the training programs know them. */
function fieldsOf(algorithm: string): readonly Field[] {
  const file = join(TRAINERS, 'mlplatform', 'algorithms.json');
  const { algorithms }: { algorithms: { name: string; fields: Field[] }[] } = JSON.parse(readFileSync(file, 'utf8'));
  return algorithms.find(({ name }) => name === algorithm)?.fields ?? [];
}

/** Writes the data of all, once. */
export async function makeSample(python: string, folder: string): Promise<void> {
  if (existsSync(join(folder, 'test-pictures.parquet'))) return;
  await promisify(execFile)(python, [join(TRAINERS, 'tests', 'datasets.py'), folder]);
}

/** Beside the data, what one algorithm alone begins with: Hugging Face's libraries write it. undefined: nothing is missing. */
export function makeModel(python: string, algorithm: string, folder: string): Promise<void> | undefined {
  const model = join(folder, LANGUAGE_MODEL);
  if (SAMPLES[algorithm]?.hyperparameters.model_name !== LANGUAGE_MODEL || existsSync(model)) return undefined;
  const fresh = `${model}.new`;
  return (async () => {
    await rm(fresh, { recursive: true, force: true });
    await promisify(execFile)(python, [join(TRAINERS, 'tests', 'language_model.py'), fresh]);
    await rename(fresh, model);
  })();
}
