import { describe, expect, test } from 'vitest';
import { adviceWithoutNode, type NoNode, whyNoNode } from '../../../../service/kube/pods/no-node.ts';

// As Kubernetes' scheduler writes them: of 1.24 to 1.33 where a taint is named, of 1.34 and later where it is not.
const NO_HELP = 'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
const NO_VICTIMS = 'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.';

describe('why no node takes a pod', () => {
  test.each<[string, NoNode[]]>([
    [`0/3 nodes are available: 3 Insufficient nvidia.com/gpu. ${NO_VICTIMS}`, ['room']],
    [`0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu, 2 Insufficient memory. ${NO_VICTIMS}`, ['room']],
    [`0/3 nodes are available: 3 node(s) exceed max volume count. ${NO_VICTIMS}`, ['room']],
    [`0/3 nodes are available: 3 cannot allocate all claims. still not schedulable, ${NO_VICTIMS}`, ['room']],
    [
      `0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. ${NO_HELP}`,
      ['closed', 'tainted'],
    ],
    [
      `0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/unreachable: }. ${NO_HELP}`,
      ['closed', 'tainted'],
    ],
    [
      `0/3 nodes are available: 3 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }. ${NO_HELP}`,
      ['closed', 'tainted'],
    ],
    [
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.cloudprovider.kubernetes.io/uninitialized: true}. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
      ['closed', 'tainted'],
    ],
    [
      "0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate.",
      ['closed', 'tainted'],
    ],
    [`0/3 nodes are available: 3 node(s) were unschedulable. ${NO_HELP}`, ['closed']],
    ['no nodes available to schedule pods', ['closed']],
    [`0/3 nodes are available: 3 node(s) had untolerated taint(s). ${NO_HELP}`, ['tainted']],
    [
      `0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) had untolerated taint {dedicated: gpu}. ${NO_HELP}`,
      ['tainted'],
    ],
    [
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. ${NO_VICTIMS}`,
      ['room', 'tainted'],
    ],
    [
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) were unschedulable. ${NO_HELP}`,
      ['closed', 'tainted'],
    ],
    [
      `0/3 nodes are available: 1 Insufficient nvidia.com/gpu, 2 node(s) didn't match Pod's node affinity/selector. ${NO_VICTIMS}`,
      ['room', 'rules'],
    ],
    [`0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. ${NO_HELP}`, ['rules']],
    [`0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. ${NO_VICTIMS}`, ['rules']],
    [`0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints. ${NO_VICTIMS}`, ['rules']],
    [`0/3 nodes are available: persistentvolumeclaim "results" not found. ${NO_HELP}`, ['volume']],
    [`0/3 nodes are available: persistentvolumeclaim "results" is being deleted. ${NO_HELP}`, ['volume']],
    [`0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. ${NO_HELP}`, ['volume']],
    [`0/3 nodes are available: 3 node(s) didn't find available persistent volumes to bind. ${NO_HELP}`, ['volume']],
    [
      `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict. ${NO_HELP}`,
      ['room', 'volume'],
    ],
    [
      `0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match PersistentVolume's node affinity. ${NO_HELP}`,
      ['closed', 'volume'],
    ],
    ['something that is new', []],
  ])('%s', (message, why) => {
    expect(whyNoNode(message)).toEqual(why);
  });

  test('the advice is of size only where that is what is missing, and tells of closed nodes beside it', () => {
    const size = /ask for less/;
    expect(adviceWithoutNode('0/2 nodes are available: 2 Insufficient cpu.')).toMatch(size);
    const both = adviceWithoutNode('0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.');
    expect(both).toMatch(size);
    expect(both).toMatch(/not ready/);
    for (const words of [
      '2 node(s) were unschedulable',
      '2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }',
      '2 node(s) had untolerated taint(s)',
      "2 node(s) didn't match Pod's node affinity/selector",
      'pod has unbound immediate PersistentVolumeClaims',
    ])
      expect(adviceWithoutNode(`0/2 nodes are available: ${words}.`)).not.toMatch(size);
  });
});
