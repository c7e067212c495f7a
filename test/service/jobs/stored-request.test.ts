import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import { REQUEST_VERSION, readStoredRequest } from '../../../service/jobs/stored-request.ts';

const json = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const stored = (version: number) => json(`./stored-requests/${version}.json`) as Record<string, unknown>;

describe('a stored request', () => {
  test('of each version is kept here as that version wrote it', () => {
    for (let version = 0; version <= REQUEST_VERSION; version++) expect(stored(version)).toHaveProperty('jobName');
  });

  // Fails when a field with a default was added, or one was renamed, without a step: see service/jobs/stored-request.ts.
  test('of today is what today’s parser makes of the same request, so a new form has a new version', () => {
    const parsed = parseJobRequest(json('./xgboost-request.json'));
    expect(parsed.ok && readStoredRequest(REQUEST_VERSION, stored(REQUEST_VERSION))).toEqual(
      parsed.ok && parsed.request,
    );
  });

  test('of before there were versions gets the defaults of its day, and keeps what it says', () => {
    expect(readStoredRequest(0, stored(0))).toEqual({
      jobName: 'demo',
      namespace: 'default',
      priority: 500,
      runtime: 'ray',
      algorithm: { source: 'builtin', algorithmName: 'xgboost' },
      resources: {
        instanceResources: { cpuCores: 2, memoryGiB: 16, gpuCount: 0 },
        instanceCount: 1,
        volumeSizeGB: 50,
      },
      stoppingCondition: { maxRuntimeSeconds: 14_400 },
      inputDataConfig: [],
      outputDataConfig: {},
      hyperparameters: { xgboost: { num_round: 50 } },
      customHyperparameters: {},
      targetClusters: ['member1'],
      clusterCount: 1,
      keepVolume: false,
    });
  });

  test.each(Array.from({ length: REQUEST_VERSION }, (_, version) => version))(
    'of version %d has every field that a request of today has',
    (version) => {
      const today = Object.keys(stored(REQUEST_VERSION));
      expect(Object.keys(readStoredRequest(version, stored(version)))).toEqual(expect.arrayContaining(today));
    },
  );

  test('that was written whole by an earlier version is not changed', () => {
    expect(readStoredRequest(0, stored(1))).toEqual({ ...stored(1), keepVolume: false });
  });

  test('of a newer version is read as far as it has today’s form', () => {
    const newer: Record<string, unknown> = { ...stored(REQUEST_VERSION), checkpoints: { every: 10 } };
    expect(readStoredRequest(REQUEST_VERSION + 1, newer)).toMatchObject({ jobName: newer.jobName });
    expect(() => readStoredRequest(REQUEST_VERSION + 1, { ...newer, resources: { gpus: 4 } })).toThrow(
      /version \d+\) has no resources\.instanceCount/,
    );
  });

  test.each([null, 'text', [], {}, { jobName: 'x' }])(
    'of no known form is refused with what is missing: %j',
    (value) => {
      expect(() => readStoredRequest(0, value)).toThrow(/its request \(version 0\) has no (jobName|algorithm\.)/);
    },
  );
});
