import { findReport, type Report } from '../trainingjob/index.ts';

// What a training says of itself without being asked: reports that it writes because it cannot call, and the lines
// that XGBoost, LightGBM, Keras, HuggingFace's Trainer and PyTorch Lightning write by themselves. test/service/
// learning/recorded has each as the library wrote it. What a job writes may be made to be slow to read: each expression takes time that
// grows with the length of its line, and no faster.

/** What one line told; what it does not say is missing. */
export type Told = Omit<Report, 'time'>;

export interface LineReader {
  /** undefined: the line tells nothing. */
  read(line: string): Told | undefined;
}

/** More is no line of a training. */
const MAX_LINE = 16 * 1024;
/** Of a bar that wrote itself over many times the last are enough. */
const MAX_PARTS = 100;

/** Of one container, from its first line on: Keras says its epoch in a line before. */
export function createLineReader(): LineReader {
  let epochs: { readonly epoch: number; readonly of: number } | undefined;

  return {
    read(line) {
      if (line.length > MAX_LINE) return reportIn(line);
      const report = line.includes('trainerStatus') ? reportIn(line) : undefined;
      if (report) return report;
      // A progress bar writes itself over; what it came to is last.
      const parts = plain(line).split('\r').slice(-MAX_PARTS).reverse();
      for (const part of parts) {
        const begun = /^\s*Epoch (\d{1,9})\/(\d{1,9})\s*$/.exec(part);
        if (begun) {
          epochs = { epoch: Number(begun[1]), of: Number(begun[2]) };
          return undefined;
        }
        const told = byXgboost(part) ?? byLightgbm(part) ?? byKeras(part, epochs) ?? byLightning(part);
        if (told) return told;
      }
      return byTrainer(parts);
    },
  };
}

/** At any length: a report may be up to 64 kB. */
function reportIn(line: string): Told | undefined {
  const { time: _, ...told } = findReport(line)?.report ?? { time: null };
  return 'metrics' in told ? told : undefined;
}

/** Orders to a terminal (ECMA-48), such as colours, and links or titles that end with BEL or ST. */
const TERMINAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)|\u001B[ -/]*[0-Z\\^-~]/g;

/** Without colours, and without what a terminal would take back. */
const plain = (line: string): string => line.replace(TERMINAL, '').replaceAll('\b', '');

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:nan|NaN|inf|Inf|Infinity)`;

/** [12]	train-rmse:0.13	validation-rmse:0.17 */
const XGBOOST = /^(?:.*\s)?\[(\d{1,9})\]((?:\s+[^\s:]+:\S+)+)\s*$/;

function byXgboost(line: string): Told | undefined {
  const [, round, rest = ''] = XGBOOST.exec(line) ?? [];
  if (round === undefined) return undefined;
  const pairs = [...rest.matchAll(new RegExp(String.raw`\s([^\s:]+):(${NUMBER})(?=\s|$)`, 'g'))];
  return pairs.length === 0 ? undefined : told({ step: Number(round), pairs: namesAndValues(pairs), isBoosting: true });
}

/** [2]	training's l2: 2.97	valid_1's l2: 2.08 */
const LIGHTGBM = /^(?:.*\s)?\[(\d{1,9})\]\s+(?=\S+'s )/;

function byLightgbm(line: string): Told | undefined {
  const begin = LIGHTGBM.exec(line);
  if (!begin) return undefined;
  const pairs = [
    ...line.slice(begin[0].length).matchAll(new RegExp(String.raw`(?<!\S)(\S+'s \S+): (${NUMBER})(?=\s|$)`, 'g')),
  ];
  const named = namesAndValues(pairs).map(([name, value]) => [name.replace("'s ", ' '), value] as const);
  return named.length === 0 ? undefined : told({ step: Number(begin[1]), pairs: named, isBoosting: true });
}

/** 5/5 - 3s - 618ms/step - accuracy: 0.6833 - loss: 0.6182, with a bar instead of the first dash where it is asked for one. */
const KERAS = /^\s*(?:epoch )?(\d{1,9})\/(\d{1,9})[ ━=>.[\]-]/;

function byKeras(line: string, epochs: { readonly epoch: number; readonly of: number } | undefined): Told | undefined {
  const [, done, of] = KERAS.exec(line) ?? [];
  // Within an epoch it writes the mean so far, which is no point of a curve.
  const isWhole = done !== undefined && (done === of || line.includes('epoch '));
  if (!isWhole) return undefined;
  const pairs = [...line.matchAll(new RegExp(String.raw`\s-\s+([A-Za-z_][\w./@-]*):\s+(${NUMBER})(?=\s|$)`, 'g'))];
  if (pairs.length === 0) return undefined;
  const place = line.includes('epoch ') ? { epoch: Number(done), of: Number(of) } : epochs;
  return told({ epoch: place?.epoch, epochs: place?.of, pairs: namesAndValues(pairs) });
}

/** Epoch 2: 100%|███| 25/25 [00:00<00:00, 214it/s, v_num=0, train_loss=0.139, val_loss=0.113] */
const LIGHTNING =
  /^\s*Epoch (\d{1,9})(?:\/\d+)?:\s+\d+%\|.*\|\s*(\d{1,9})\/(\d{1,9}) \[[^,\]]*, [^,\]]*((?:, [^,=\]]+=[^,\]]*)*)\]/;

function byLightning(line: string): Told | undefined {
  const [, epoch, done, of, rest = ''] = LIGHTNING.exec(line) ?? [];
  if (epoch === undefined) return undefined;
  const pairs = [...rest.matchAll(new RegExp(String.raw`, ([^,=\]]+)=(${NUMBER})(?=,|$)`, 'g'))];
  const measured = namesAndValues(pairs).filter(([name]) => name !== 'v_num');
  return told({ epoch: Number(epoch), step: Number(epoch) * Number(of) + Number(done), pairs: measured });
}

/** {'loss': '6.968', 'grad_norm': '5.546', 'epoch': '0.5263'}, beside its bar: 18%|█▊  | 10/57 [00:00<00:00, 49.13it/s] */
const DICTIONARY = /\{'[^{}]*\}/g;
const isTrainers = (text: string): boolean => /^\{'[\w/]+': /.test(text) && /'epoch': '?[\d.]/.test(text);
const BAR = /\|\s*(\d{1,9})\/(\d{1,9}) \[/;

function byTrainer(parts: readonly string[]): Told | undefined {
  const dictionary = parts.flatMap((part) => part.match(DICTIONARY) ?? []).find(isTrainers);
  if (dictionary === undefined) return undefined;
  const pairs = [...dictionary.matchAll(new RegExp(String.raw`'([\w./-]+)': '?(${NUMBER})'?(?=[,}])`, 'g'))];
  const [, done, of] = parts.map((part) => BAR.exec(part)).find((found) => found !== null) ?? [];
  const named = namesAndValues(pairs);
  const epoch = Number(named.find(([name]) => name === 'epoch')?.[1]);
  return told({
    epoch: Math.floor(epoch),
    step: done === undefined ? undefined : Number(done),
    steps: of === undefined ? undefined : Number(of),
    pairs: named.filter(([name]) => name !== 'epoch'),
  });
}

type Pair = readonly [name: string, value: string];

const namesAndValues = (matches: readonly RegExpExecArray[]): Pair[] =>
  matches.map(([, name = '', value = '']) => [name, value]);

interface Line {
  readonly epoch?: number | undefined;
  readonly epochs?: number | undefined;
  readonly step?: number | undefined;
  readonly steps?: number | undefined;
  readonly pairs: readonly Pair[];
  /** Its rounds are measured on whatever data it was given for that, and it has no loss of its own. */
  readonly isBoosting?: boolean;
}

function told({ epoch, epochs, step, steps, pairs, isBoosting = false }: Line): Told {
  const values = pairs.map(([name, value]) => [name, numberOf(value)] as const);
  const measured = values.filter((pair): pair is readonly [string, number] => pair[1] !== undefined);
  const losses = values.filter(([name]) => LOSS.test(name));
  const own = losses.find(([name]) => !ON_OTHER_DATA.test(name)) ?? (isBoosting ? losses[0] : undefined);
  const loss = own?.[0] === 'loss' ? undefined : own;
  return {
    percentage: shareOf(step, steps) ?? shareOf(epoch, epochs),
    remainingSeconds: undefined,
    epoch,
    totalEpochs: epochs,
    step,
    totalSteps: steps,
    checkpoint: undefined,
    checkpointEpoch: undefined,
    metrics: Object.fromEntries(loss?.[1] === undefined ? measured : [['loss', loss[1]], ...measured]),
    withoutValue: [
      ...values.filter(([, value]) => value === undefined).map(([name]) => name),
      ...(loss !== undefined && loss[1] === undefined ? ['loss'] : []),
    ],
  };
}

/** What is to become smaller, by the names that these libraries have for it. */
const LOSS = /(?:^|[-_ ])(?:loss|rmse|rmsle|mae|mape|mphe|logloss|error|l1|l2|huber|poisson|quantile|deviance)$/;
const ON_OTHER_DATA = /^(?:eval|val|valid|validation|test)/;

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const shareOf = (done: number | undefined, all: number | undefined): number | undefined =>
  done === undefined || !all ? undefined : Math.min(100, Math.floor((done / all) * 100));
