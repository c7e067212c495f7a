import { describe, expect, it } from 'vitest';
import { ALGORITHMS, describeAlgorithms, environmentNameOf } from '../../../service/jobs/index.ts';
import { accepted, minimal, refusedFields } from './requests.ts';

const withFields = (algorithmName: string, fields: Record<string, unknown>) =>
  minimal({ algorithm: { algorithmName }, hyperparameters: { [algorithmName]: fields } });

it('offers the nine algorithms', () => {
  expect(ALGORITHMS.map(({ name }) => name)).toEqual([
    'xgboost',
    'lightgbm',
    'tensorflow-cnn',
    'tensorflow-transformer',
    'tf-distributed',
    'torch-mpi',
    'horovod-mpi',
    'deepspeed-zero3',
    'jax-pjit',
  ]);
});

it("has XGBoost's 39 fields with their defaults", () => {
  const { xgboost } = accepted(minimal()).hyperparameters;
  expect(Object.keys(xgboost ?? {})).toHaveLength(39);
  expect(xgboost).toMatchObject({
    early_stopping_rounds: null,
    num_round: 300,
    nthread: 'auto',
    max_bin: 256,
    tweedie_variance_power: 1.5,
  });
});

describe("XGBoost's ranges", () => {
  const cases: [string, unknown[], unknown[]][] = [
    ['early_stopping_rounds', [null, 0, 50], [-1, 1.5, 'x']],
    ['csv_weights', [0, 1], [2, true]],
    ['num_round', [1], [0]],
    ['verbosity', [0, 3], [4]],
    ['nthread', ['auto', 1, 8], [0, 'all']],
    ['eta', [0, 1], [1.01, -0.1]],
    ['max_depth', [0], [-1]],
    ['subsample', [0.1, 1], [0, 0.09]],
    ['colsample_bynode', [0.1], [1.1]],
    ['lambda', [0], ['0', null]],
    ['updater', ['auto', 'grow_histmaker,prune', 'coord_descent'], ['rm -rf', 'prune,']],
    ['max_bin', [2], [1]],
    ['tweedie_variance_power', [1.01, 1.99], [1, 2]],
    ['objective', ['reg:squarederror', 'multi:softprob', 'rank:ndcg', 'survival:aft'], ['reg:linear2']],
    ['eval_metric', [['rmse'], ['auc', 'error@0.7'], ['ndcg@10-']], [[], 'rmse', ['rmsf'], ['error@']]],
  ];
  it.each(cases)('%s', (field, good, bad) => {
    for (const value of good)
      expect([value, refusedFields(withFields('xgboost', { [field]: value }))]).toEqual([value, []]);
    for (const value of bad)
      expect([value, refusedFields(withFields('xgboost', { [field]: value })).length]).toEqual([value, 1]);
  });
});

describe('rules between fields', () => {
  const cases: [string, Record<string, unknown>, string][] = [
    ['lightgbm', { objective: 'multiclass' }, 'num_class'],
    ['lightgbm', { boosting: 'rf' }, 'bagging_fraction'],
    ['lightgbm', { is_unbalance: true, scale_pos_weight: 2 }, 'scale_pos_weight'],
    ['tensorflow-cnn', { architecture: 'inceptionv3', image_size: 64 }, 'image_size'],
    ['tensorflow-transformer', { hidden_size: 100, num_attention_heads: 3 }, 'num_attention_heads'],
    ['tf-distributed', { strategy: 'parameter_server' }, 'num_parameter_servers'],
    ['horovod-mpi', { reduce_op: 'sum', gradient_predivide_factor: 2 }, 'gradient_predivide_factor'],
    ['deepspeed-zero3', { offload_param: 'cpu' }, 'offload_optimizer'],
    ['jax-pjit', { mesh_tensor: -1 }, 'mesh_tensor'],
  ];
  it.each(cases)('%s refuses %o', (algorithm, fields, refused) => {
    expect(refusedFields(withFields(algorithm, fields))).toEqual([`hyperparameters.${algorithm}.${refused}`]);
  });
});

describe.each(describeAlgorithms().map((algorithm) => [algorithm.name, algorithm] as const))(
  'the description of %s',
  (name, algorithm) => {
    it('has a title, and for each field a type, a help text and a default that is accepted', () => {
      expect(algorithm.title.length).toBeGreaterThan(2);
      expect(algorithm.fields.length).toBeGreaterThanOrEqual(20);
      for (const field of algorithm.fields) {
        expect(field.help.length).toBeGreaterThan(5);
        expect(field.default).not.toBeUndefined();
      }
      const defaults = Object.fromEntries(algorithm.fields.map((field) => [field.name, field.default]));
      expect(accepted(withFields(name, defaults)).hyperparameters[name]).toEqual(defaults);
    });

    it('draws the limits where the validation draws them', () => {
      for (const field of algorithm.fields.filter(({ type }) => type === 'integer' || type === 'number')) {
        const outside = (bound: number, exclusive: boolean | undefined, away: number) =>
          exclusive
            ? bound
            : field.type === 'integer'
              ? bound + away
              : bound + away * Math.max(1e-9, Math.abs(bound) * 1e-9);
        const path = `hyperparameters.${name}.${field.name}`;
        if (field.min !== undefined) {
          expect(
            refusedFields(withFields(name, { [field.name]: outside(field.min, field.exclusiveMin, -1) })),
          ).toContain(path);
        }
        if (field.max !== undefined) {
          expect(
            refusedFields(withFields(name, { [field.name]: outside(field.max, field.exclusiveMax, 1) })),
          ).toContain(path);
        }
        expect(refusedFields(withFields(name, { [field.name]: null })).includes(path)).toBe(!field.nullable);
      }
    });

    it('tells each field under a variable of its own', () => {
      const variables = algorithm.fields.map((field) =>
        environmentNameOf(
          field.name,
          ALGORITHMS.find((one) => one.name === name),
        ),
      );
      expect(new Set(variables).size).toBe(variables.length);
    });
  },
);
