import { z } from 'zod';
import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import { seed } from './common.ts';

// Names, defaults and constraints are those of LightGBM 4's parameter documentation.
const OBJECTIVES = [
  'regression',
  'regression_l1',
  'huber',
  'fair',
  'poisson',
  'quantile',
  'mape',
  'gamma',
  'tweedie',
  'binary',
  'multiclass',
  'multiclassova',
  'cross_entropy',
  'cross_entropy_lambda',
  'lambdarank',
  'rank_xendcg',
] as const;

const METRICS = [
  'l1',
  'l2',
  'rmse',
  'quantile',
  'mape',
  'huber',
  'fair',
  'poisson',
  'gamma',
  'gamma_deviance',
  'tweedie',
  'r2',
  'ndcg',
  'map',
  'auc',
  'average_precision',
  'binary_logloss',
  'binary_error',
  'multi_logloss',
  'multi_error',
  'auc_mu',
  'cross_entropy',
  'cross_entropy_lambda',
  'kullback_leibler',
] as const;

const fraction = (fallback: number) => number(fallback, { above: 0, max: 1 });

export const lightgbm = defineAlgorithm({
  name: 'lightgbm',
  title: 'LightGBM',
  description: 'Gradient-boosted trees that grow leaf by leaf: fast on large tables.',
  common: [
    'objective',
    'num_class',
    'metric',
    'num_iterations',
    'learning_rate',
    'num_leaves',
    'early_stopping_round',
    'bagging_fraction',
    'feature_fraction',
  ],
  fields: {
    objective: choice('regression', OBJECTIVES).describe('What is learnt.'),
    metric: z
      .array(z.enum(METRICS))
      .max(10)
      .default([])
      .describe('Metrics to report; an empty list takes the one that belongs to the objective.'),
    num_class: integer(1, { min: 1, max: 100_000 }).describe('Number of classes; above 1 for multiclass alone.'),
    boosting: choice('gbdt', ['gbdt', 'rf', 'dart']).describe('Boosted trees, random forest, or trees with dropout.'),
    data_sample_strategy: choice('bagging', ['bagging', 'goss']).describe('How rows are drawn for each tree.'),
    num_iterations: integer(100, { min: 1, max: 1_000_000 }).describe('Number of boosting rounds.'),
    learning_rate: number(0.1, { above: 0 }).describe('How much each new tree counts.'),
    num_leaves: integer(31, { min: 2, max: 131_072 }).describe('Leaves of a tree at most.'),
    max_depth: integer(-1, { min: -1, max: 1000 }).describe('Depth of a tree at most; 0 or -1 means no limit.'),
    tree_learner: choice('data', ['serial', 'feature', 'data', 'voting']).describe('How the workers share the work.'),
    num_threads: integer(0, { min: 0, max: 1024 }).describe('Threads of each worker; 0 takes one for each CPU core.'),
    device_type: choice('cpu', ['cpu', 'gpu', 'cuda']).describe('Where trees are built.'),
    early_stopping_round: integer(0, { min: 0 }).describe('Stop after this many rounds without improvement; 0 never.'),
    min_data_in_leaf: integer(20, { min: 0 }).describe('Rows that a leaf must hold at least.'),
    min_sum_hessian_in_leaf: number(0.001, { min: 0 }).describe('Sum of second derivatives that a leaf must hold.'),
    bagging_fraction: fraction(1).describe('Part of the rows that is drawn.'),
    bagging_freq: integer(0, { min: 0 }).describe('Draw anew every this many rounds; 0 draws no sample.'),
    feature_fraction: fraction(1).describe('Part of the columns that each tree sees.'),
    feature_fraction_bynode: fraction(1).describe('Part of those columns that each split sees.'),
    extra_trees: flag(false).describe('Try one random threshold for each column instead of all.'),
    lambda_l1: number(0, { min: 0 }).describe('L1 regularisation.'),
    lambda_l2: number(0, { min: 0 }).describe('L2 regularisation.'),
    linear_tree: flag(false).describe('Fit a linear model in each leaf.'),
    linear_lambda: number(0, { min: 0 }).describe('linear_tree: regularisation of those models.'),
    min_gain_to_split: number(0, { min: 0 }).describe('Gain that a split must bring at least.'),
    max_delta_step: number(0).describe('Largest output of a leaf; 0 or less means no limit.'),
    path_smooth: number(0, { min: 0 }).describe('Smooths leaves with few rows towards their parents.'),
    drop_rate: number(0.1, { min: 0, max: 1 }).describe('dart: part of the earlier trees that is dropped.'),
    max_drop: integer(50, { min: -1 }).describe('dart: trees dropped at most in one round; 0 or -1 means no limit.'),
    skip_drop: number(0.5, { min: 0, max: 1 }).describe('dart: probability of a round without dropping.'),
    top_rate: number(0.2, { min: 0, max: 1 }).describe('goss: part of the rows with large gradients that is kept.'),
    other_rate: number(0.1, { min: 0, max: 1 }).describe('goss: part of the other rows that is drawn.'),
    max_bin: integer(255, { min: 2, max: 65_535 }).describe('Bins for each column.'),
    min_data_in_bin: integer(3, { min: 1 }).describe('Rows that a bin must hold at least.'),
    max_cat_threshold: integer(32, { min: 1 }).describe('Split points that are tried for a categorical column.'),
    cat_l2: number(10, { min: 0 }).describe('L2 regularisation of categorical splits.'),
    cat_smooth: number(10, { min: 0 }).describe('Damps the noise of rare categories.'),
    min_data_per_group: integer(100, { min: 1 }).describe('Rows that a category group must hold at least.'),
    is_unbalance: flag(false).describe(
      'Weigh the classes of unbalanced data alike; not together with scale_pos_weight.',
    ),
    scale_pos_weight: number(1, { above: 0 }).describe('Weight of the positive class.'),
    sigmoid: number(1, { above: 0 }).describe('Steepness of the sigmoid (binary, multiclassova, lambdarank).'),
    alpha: number(0.9, { above: 0 }).describe('huber and quantile: the threshold or the quantile.'),
    fair_c: number(1, { above: 0 }).describe('fair: the constant of the loss.'),
    poisson_max_delta_step: number(0.7, { above: 0 }).describe('poisson: safeguards the optimisation.'),
    tweedie_variance_power: number(1.5, { min: 1, below: 2 }).describe('tweedie: 1 is Poisson, near 2 is gamma.'),
    deterministic: flag(false).describe('The same result from the same data, more slowly.'),
    verbosity: integer(1, { min: -1, max: 2 }).describe(
      'Below 0 fatal errors, 0 warnings, 1 information, 2 debugging.',
    ),
    seed: seed(),
  },
  foreseen({ device_type, tree_learner }, { workers, gpus }) {
    const problems: [string, string][] = [];
    if (device_type !== undefined && device_type !== 'cpu' && gpus === 0)
      problems.push(['device_type', `is ${device_type}, and gpuCount is 0`]);
    if (tree_learner === 'serial' && workers > 1)
      problems.push(['tree_learner', `is serial: ${workers} workers would each train alone; data is usual`]);
    return problems;
  },
  check(values, refuse) {
    const multiclass = values.objective === 'multiclass' || values.objective === 'multiclassova';
    const classes = Number(values.num_class);
    if (multiclass && classes < 2) refuse('num_class', `must be at least 2 for objective ${values.objective}`);
    if (!multiclass && classes !== 1) refuse('num_class', `must be 1 for objective ${values.objective}`);
    if (values.is_unbalance === true && values.scale_pos_weight !== 1) {
      refuse('scale_pos_weight', 'must be 1 when is_unbalance is true: LightGBM takes one of the two');
    }
    if (values.data_sample_strategy === 'goss' && Number(values.top_rate) + Number(values.other_rate) > 1) {
      refuse('other_rate', 'must not exceed 1 together with top_rate');
    }
    const bags = Number(values.bagging_freq) > 0 && Number(values.bagging_fraction) < 1;
    if (values.boosting === 'rf' && !bags && values.feature_fraction === 1) {
      refuse(
        'bagging_fraction',
        'must be below 1 with bagging_freq above 0, or feature_fraction below 1, for boosting rf',
      );
    }
    if (values.objective === 'quantile' && Number(values.alpha) >= 1) {
      refuse('alpha', 'must be less than 1 for objective quantile');
    }
  },
});
