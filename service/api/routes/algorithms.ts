import { z } from 'zod';
import { describeAlgorithm } from '../../jobs/algorithms/describe.ts';
import { ALGORITHMS } from '../../jobs/algorithms/index.ts';
import { type Route, route } from '../route.ts';
import { AlgorithmBody } from '../schemas.ts';

export function algorithmRoutes(): Route[] {
  const descriptions = ALGORITHMS.map(describeAlgorithm);
  return [
    route({
      method: 'get',
      path: '/api/v1/algorithms',
      tag: 'Algorithms',
      summary: 'The built-in algorithms with their fields: types, ranges, defaults',
      description: 'From the same schema that checks a request.',
      role: 'viewer',
      answers: { 200: { description: 'The algorithms', body: z.array(AlgorithmBody) } },
      handle: async () => ({ body: descriptions }),
    }),
  ];
}
