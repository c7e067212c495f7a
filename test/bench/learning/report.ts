/** As HuggingFace's Trainer writes it. */
export const bodyOf = (step: number): string =>
  JSON.stringify({
    trainerStatus: {
      lastUpdatedTime: new Date().toISOString(),
      progressPercentage: Math.floor(step / 100_000) % 100,
      estimatedRemainingSeconds: 60,
      metrics: ['loss', 'eval_loss', 'grad_norm', 'learning_rate']
        .map((name, place) => ({ name, value: String(1 / (step + place + 1)) }))
        .concat({ name: 'current_step', value: String(step) }),
    },
  });
