import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** Part 1 of the guide: Prometheus and Grafana beside the operator, reached by a forwarded port. */
export const dev: z.input<typeof settings> = {
  prometheus: { retention: '2d', volume: { enabled: false } },
  alertmanager: { enabled: false },
};
