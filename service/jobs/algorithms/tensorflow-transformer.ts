import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import * as common from './common.ts';

export const tensorflowTransformer = defineAlgorithm({
  name: 'tensorflow-transformer',
  title: 'TensorFlow Transformer',
  description: 'Transformers for text: classification, tagging, translation and language modelling.',
  common: [
    'task',
    'model_name',
    'num_labels',
    'max_sequence_length',
    'epochs',
    'batch_size',
    'optimizer',
    'learning_rate',
    'mixed_precision',
  ],
  fields: {
    task: choice('text-classification', [
      'text-classification',
      'token-classification',
      'question-answering',
      'summarization',
      'translation',
      'masked-lm',
      'causal-lm',
    ]).describe('What is learnt.'),
    pretrained: flag(true).describe(
      'Start from the weights of model_name; otherwise from scratch with the sizes below.',
    ),
    model_name: common.modelName('bert-base-uncased'),
    max_sequence_length: integer(128, { min: 8, max: 32_768 }).describe('Tokens of a text; longer ones are cut.'),
    vocabulary_size: integer(30_522, { min: 100, max: 1_000_000 }).describe('From scratch: number of tokens known.'),
    num_layers: integer(12, { min: 1, max: 128 }).describe('From scratch: layers.'),
    hidden_size: integer(768, { min: 16, max: 16_384 }).describe('From scratch: width of a layer.'),
    num_attention_heads: integer(12, { min: 1, max: 128 }).describe(
      'From scratch: heads; they share the width evenly.',
    ),
    intermediate_size: integer(3072, { min: 16, max: 65_536 }).describe(
      'From scratch: width of the feed-forward part.',
    ),
    activation: choice('gelu', ['gelu', 'relu', 'silu']).describe('From scratch: activation function.'),
    num_labels: common.classes(),
    epochs: common.epochs(3),
    batch_size: common.batchSize(16, 'each worker'),
    gradient_accumulation_steps: common.accumulation(),
    optimizer: choice('adamw', ['adam', 'adamw', 'adafactor', 'lamb']).describe('How weights are changed.'),
    learning_rate: common.learningRate(0.00005),
    learning_rate_schedule: common.schedule('linear'),
    warmup_steps: common.warmupSteps(0),
    weight_decay: common.weightDecay(0.01),
    ...common.adamFields(),
    gradient_clip_norm: common.clipNorm(1),
    dropout: common.dropout(0.1),
    attention_dropout: number(0.1, { min: 0, below: 1 }).describe('Part of the attention weights that is dropped.'),
    label_smoothing: number(0, { min: 0, below: 1 }).describe('How much certainty is taken from the labels.'),
    mlm_probability: number(0.15, { above: 0, below: 1 }).describe('masked-lm: part of the tokens that is hidden.'),
    mixed_precision: flag(false).describe('Compute in 16 bits where that is safe; needs a GPU that can.'),
    xla: flag(false).describe('Compile the model with XLA.'),
    early_stopping_patience: common.patience(),
    checkpoint_every: common.checkpointEvery(1, 'epochs'),
    seed: common.seed(),
  },
  foreseen({ task, pretrained, model_name = 'bert-base-uncased' }) {
    const problems: [string, string][] = [];
    if (task !== 'text-classification') {
      problems.push(['task', `is ${task}: the training image learns text-classification alone`]);
    }
    // A name without a slash may be a folder's, but is more often one of the hub, from which nothing is fetched.
    if (pretrained === true && !String(model_name).includes('/')) {
      const folder = 'is true: model_name must be a folder on the volume (pvcName) with a BERT of Hugging Face';
      problems.push(['pretrained', `${folder}; false begins anew`]);
    }
    return problems;
  },
  check(values, refuse) {
    if (Number(values.hidden_size) % Number(values.num_attention_heads) !== 0) {
      refuse('num_attention_heads', `must divide hidden_size (${values.hidden_size}) evenly`);
    }
  },
});
