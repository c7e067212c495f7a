import { choice, defineAlgorithm, flag, integer, number } from './algorithm.ts';
import * as common from './common.ts';

export const tensorflowCnn = defineAlgorithm({
  name: 'tensorflow-cnn',
  title: 'TensorFlow CNN',
  description: 'Convolutional networks that classify images, from scratch or from pretrained weights.',
  common: [
    'architecture',
    'pretrained',
    'num_classes',
    'image_size',
    'epochs',
    'batch_size',
    'optimizer',
    'learning_rate',
    'mixed_precision',
  ],
  fields: {
    architecture: choice('resnet50', [
      'simple',
      'resnet50',
      'resnet101',
      'efficientnetb0',
      'efficientnetb3',
      'efficientnetv2s',
      'mobilenetv2',
      'mobilenetv3large',
      'densenet121',
      'inceptionv3',
      'vgg16',
      'xception',
    ]).describe('Network of keras.applications; simple is a small one of four layers.'),
    pretrained: choice('imagenet', ['none', 'imagenet']).describe('Weights to start from; simple has none.'),
    trainable_layers: common.autoOrInteger(
      { min: 0, max: 2000 },
      'Layers at the end of a pretrained network that are trained too; auto trains all, 0 the new head alone.',
    ),
    image_size: integer(224, { min: 28, max: 1024 }).describe('Images are scaled to this width and height.'),
    channels: integer(3, { min: 1, max: 4 }).describe('1 for grey, 3 for colour images.'),
    num_classes: integer(10, { min: 2, max: 1_000_000 }).describe('Number of classes.'),
    epochs: common.epochs(20),
    batch_size: common.batchSize(32, 'each worker'),
    optimizer: choice('adam', ['adam', 'adamw', 'sgd', 'rmsprop']).describe('How weights are changed.'),
    learning_rate: common.learningRate(0.001),
    learning_rate_schedule: common.schedule('cosine'),
    warmup_epochs: integer(0, { min: 0, max: 1000 }).describe('Epochs in which the learning rate rises to its peak.'),
    momentum: number(0.9, { min: 0, below: 1 }).describe('sgd and rmsprop: how much earlier steps count.'),
    weight_decay: common.weightDecay(0.0001),
    dropout: common.dropout(0.2),
    label_smoothing: number(0, { min: 0, below: 1 }).describe('How much certainty is taken from the labels.'),
    loss: choice('categorical_crossentropy', [
      'categorical_crossentropy',
      'sparse_categorical_crossentropy',
      'binary_crossentropy',
      'focal',
    ]).describe('What is minimised.'),
    random_flip: choice('horizontal', ['none', 'horizontal', 'vertical', 'horizontal_and_vertical']).describe(
      'How images are mirrored while training.',
    ),
    random_rotation: number(0.05, { min: 0, max: 0.5 }).describe('Largest random rotation, as part of a full turn.'),
    random_zoom: number(0.1, { min: 0, below: 1 }).describe('Largest random zoom.'),
    mixup_alpha: number(0, { min: 0, max: 10 }).describe('Strength of mixing pairs of images; 0 mixes none.'),
    mixed_precision: flag(false).describe('Compute in 16 bits where that is safe; needs a GPU that can.'),
    early_stopping_patience: common.patience(),
    shuffle_buffer: integer(10_000, { min: 1, max: 100_000_000 }).describe('Images among which the next is drawn.'),
    checkpoint_every: common.checkpointEvery(1, 'epochs'),
    seed: common.seed(),
  },
  foreseen({ mixup_alpha, loss, num_classes }) {
    const problems: [string, string][] = [];
    if (Number(mixup_alpha) > 0)
      problems.push(['mixup_alpha', 'is above 0: the training image does not mix pictures; 0 is what there is']);
    if (loss === 'binary_crossentropy' && num_classes !== 2)
      problems.push(['loss', `is binary_crossentropy, which is for two classes, and num_classes is ${num_classes}`]);
    return problems;
  },
  check(values, refuse) {
    if (values.architecture !== 'simple' && Number(values.image_size) < 32) {
      refuse('image_size', `must be at least 32 for ${values.architecture}`);
    }
    for (const architecture of ['inceptionv3', 'xception']) {
      if (values.architecture === architecture && Number(values.image_size) < 75) {
        refuse('image_size', `must be at least 75 for ${architecture}`);
      }
    }
    if (values.architecture !== 'simple' && values.pretrained === 'imagenet' && values.channels !== 3) {
      refuse('channels', 'must be 3 for weights from imagenet');
    }
    if (Number(values.warmup_epochs) > Number(values.epochs)) refuse('warmup_epochs', 'must be at most epochs');
  },
});
