import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newJobId, objectNameOf } from '../../../service/jobs/index.ts';

const jobName = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$/);

it('makes an id of the name and eight hex digits, another each time', () => {
  expect(newJobId('demo')).toMatch(/^demo-[0-9a-f]{8}$/);
  expect(newJobId('demo')).not.toBe(newJobId('demo'));
});

it('makes ids that are label values, and object names that KubeRay takes', () => {
  fc.assert(
    fc.property(jobName, (name) => {
      const id = newJobId(name);
      expect(id).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      // DNS-1035, at most 47 characters
      expect(objectNameOf(id)).toMatch(/^[a-z]([-a-z0-9]{0,45}[a-z0-9])?$/);
      expect(objectNameOf(id).slice(-8)).toBe(id.slice(-8));
    }),
  );
});

it('leaves an id that fits as it is', () => {
  expect(objectNameOf('train-20251111052644-oj2y-0a1b2c3d')).toBe('train-20251111052644-oj2y-0a1b2c3d');
});
