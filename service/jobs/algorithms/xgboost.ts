import { z } from 'zod';
import { bit, choice, defineAlgorithm, INT32_MAX, integer, number } from './algorithm.ts';

// Names and ranges are those of existing clients; the lists of objectives and metrics are those of XGBoost's documentation,
// from 1.6 (the last with gpu_hist as its own method) to 3.x.
const OBJECTIVES = [
  'reg:squarederror',
  'reg:squaredlogerror',
  'reg:logistic',
  'reg:pseudohubererror',
  'reg:absoluteerror',
  'reg:quantileerror',
  'reg:gamma',
  'reg:tweedie',
  'binary:logistic',
  'binary:logitraw',
  'binary:hinge',
  'count:poisson',
  'survival:cox',
  'survival:aft',
  'multi:softmax',
  'multi:softprob',
  'rank:pairwise',
  'rank:ndcg',
  'rank:map',
] as const;

const METRICS = [
  'rmse',
  'rmsle',
  'mae',
  'mape',
  'mphe',
  'logloss',
  'error',
  'merror',
  'mlogloss',
  'auc',
  'aucpr',
  'pre',
  'ndcg',
  'map',
  'ndcg-',
  'map-',
  'quantile',
  'poisson-nloglik',
  'gamma-nloglik',
  'cox-nloglik',
  'gamma-deviance',
  'tweedie-nloglik',
  'aft-nloglik',
  'interval-regression-accuracy',
] as const;

/** error@0.7, tweedie-nloglik@1.4; ndcg@10, map@5-, pre@3 */
const METRIC_AT = /^(?:(?:error|tweedie-nloglik)@\d{1,9}(?:\.\d{1,9})?|(?:ndcg|map)@\d{1,9}-?|pre@\d{1,9})$/;

const TREE_UPDATERS = [
  'grow_colmaker',
  'grow_histmaker',
  'grow_local_histmaker',
  'grow_quantile_histmaker',
  'grow_gpu_hist',
  'grow_gpu_approx',
  'sync',
  'refresh',
  'prune',
];
const LINEAR_UPDATERS = ['shotgun', 'coord_descent', 'gpu_coord_descent'];
const updaterNames = [...TREE_UPDATERS, ...LINEAR_UPDATERS].join('|');

export const xgboost = defineAlgorithm({
  name: 'xgboost',
  title: 'XGBoost',
  description: 'Gradient-boosted trees for tables: regression, classification, ranking and survival.',
  // XGBoost 3.4; service/trainers maps what has an equal there, and refuses these.
  foreseen({ dsplit, process_type, tree_method, lambda, alpha }, { gpus }) {
    const problems: [string, string][] = [];
    if (dsplit === 'col')
      problems.push(['dsplit', 'is col: XGBoost no longer splits data by columns; row is what there is']);
    if (process_type === 'update') {
      problems.push([
        'process_type',
        'is update: that is for the trees of a given model, and a job starts without one',
      ]);
    }
    if (tree_method === 'gpu_hist' && gpus === 0) {
      problems.push(['tree_method', 'is gpu_hist, and the job asks for no GPU; hist is the same on CPUs']);
    }
    for (const [field, value] of Object.entries({ lambda, alpha })) {
      if (Number(value) < 0) problems.push([field, 'is below 0, which XGBoost refuses']);
    }
    return problems;
  },
  environmentNames: { num_round: 'NUM_BOOST_ROUND', csv_weights: 'CSV_WEIGHT' },
  common: [
    'objective',
    'eval_metric',
    'num_round',
    'eta',
    'max_depth',
    'early_stopping_rounds',
    'subsample',
    'colsample_bytree',
    'lambda',
  ],
  fields: {
    early_stopping_rounds: z
      .int()
      .min(0)
      .max(INT32_MAX)
      .nullable()
      .default(null)
      .describe('Stop when the validation metric has not improved for this many rounds; null never stops early.'),
    csv_weights: bit(0).describe('1 when the second column of CSV input holds the weight of each row.'),
    num_round: integer(300, { min: 1 }).describe('Number of boosting rounds.'),
    booster: choice('gbtree', ['gbtree', 'gblinear', 'dart']).describe('Trees, a linear model, or trees with dropout.'),
    verbosity: integer(1, { min: 0, max: 3 }).describe('0 silent, 1 warnings, 2 information, 3 debugging.'),
    nthread: z
      .union([z.literal('auto'), z.int().min(1).max(1024)])
      .default('auto')
      .describe('Threads of each worker; auto takes one for each CPU core of the worker.'),
    eta: number(0.3, { min: 0, max: 1 }).describe('Learning rate: how much each new tree counts.'),
    gamma: number(0, { min: 0 }).describe('Loss that a split must save at least.'),
    max_depth: integer(6, { min: 0 }).describe('Depth of a tree; 0 means no limit.'),
    min_child_weight: number(1, { min: 0 }).describe('Sum of weights that a leaf must hold at least.'),
    max_delta_step: number(0, { min: 0 }).describe(
      'Largest step of a leaf; 0 means no limit. Helps with rare classes.',
    ),
    subsample: number(1, { min: 0.1, max: 1 }).describe('Part of the rows that each tree sees.'),
    sampling_method: choice('uniform', ['uniform', 'gradient_based']).describe(
      'How those rows are drawn; gradient_based needs a GPU.',
    ),
    colsample_bytree: number(1, { min: 0.1, max: 1 }).describe('Part of the columns that each tree sees.'),
    colsample_bylevel: number(1, { min: 0.1, max: 1 }).describe('Part of those columns that each level sees.'),
    colsample_bynode: number(1, { min: 0.1, max: 1 }).describe('Part of those columns that each split sees.'),
    lambda: number(1).describe('L2 regularisation of the weights.'),
    alpha: number(0).describe('L1 regularisation of the weights.'),
    tree_method: choice('auto', ['auto', 'exact', 'approx', 'hist', 'gpu_hist']).describe('How splits are searched.'),
    sketch_eps: number(0.03, { min: 0, max: 1 }).describe(
      'Accuracy of the approximate split search; smaller is finer.',
    ),
    scale_pos_weight: number(1, { min: 0 }).describe('Weight of the positive class against the negative one.'),
    updater: z
      .string()
      .max(200)
      .regex(new RegExp(`^(?:auto|(?:${updaterNames})(?:,(?:${updaterNames}))*)$`), {
        error: `must be auto, or a comma-separated list of ${[...TREE_UPDATERS, ...LINEAR_UPDATERS].join(', ')}`,
      })
      .default('auto')
      .describe('Sequence of tree updaters, comma-separated; auto leaves it to the tree method.'),
    dsplit: choice('row', ['row', 'col']).describe('How the data is split between the workers.'),
    refresh_leaf: bit(1).describe('For the refresh updater: 1 updates leaves and statistics, 0 statistics alone.'),
    process_type: choice('default', ['default', 'update']).describe(
      'Grow new trees, or update those of a given model.',
    ),
    grow_policy: choice('depthwise', ['depthwise', 'lossguide']).describe(
      'Split nearest the root, or where it helps most.',
    ),
    max_leaves: integer(0, { min: 0 }).describe('Leaves of a tree; 0 means no limit.'),
    max_bin: integer(256, { min: 2 }).describe('Bins for each numeric column (histogram methods).'),
    num_parallel_tree: integer(1, { min: 1 }).describe('Trees grown in each round: above 1 a boosted random forest.'),
    sample_type: choice('uniform', ['uniform', 'weighted']).describe('dart: how the dropped trees are chosen.'),
    normalize_type: choice('tree', ['tree', 'forest']).describe(
      'dart: how new trees are weighted against dropped ones.',
    ),
    rate_drop: number(0, { min: 0, max: 1 }).describe('dart: part of the earlier trees that is dropped.'),
    one_drop: bit(0).describe('dart: 1 drops at least one tree each time.'),
    skip_drop: number(0, { min: 0, max: 1 }).describe('dart: probability of a round without dropping.'),
    lambda_bias: number(0).describe('gblinear: L2 regularisation of the bias.'),
    tweedie_variance_power: number(1.5, { above: 1, below: 2 }).describe(
      'reg:tweedie: near 1 is like Poisson, near 2 like gamma.',
    ),
    objective: choice('reg:squarederror', OBJECTIVES).describe('What is learnt.'),
    base_score: number(0.5).describe('Prediction that all rows start from.'),
    eval_metric: z
      .array(
        z.union([z.enum(METRICS), z.string().max(40).regex(METRIC_AT)], {
          error: `must be one of ${METRICS.join(', ')}, error@t, tweedie-nloglik@p, ndcg@n, map@n or pre@n with numbers`,
        }),
      )
      .min(1)
      .max(20)
      .default(['rmse'])
      .describe(
        'Metrics to report, the last one decides about early stopping. error@t, ndcg@n and map@n take a number.',
      ),
  },
});
