// Why no node takes a pod, by the words of Kubernetes' scheduler: those of its plugins, counted, with those of the preemption after
// them. They differ between versions: 1.34 no longer says which taint it was.

/** What stands between a pod and its node, as far as somebody else can do something about it. */
export type NoNode =
  /** Its volume is missing, unbound, or bound where no such node is. */
  | 'volume'
  /** Nodes that could take it are full, or too small. */
  | 'room'
  /** There are none, or they are not ready, short of memory or disk, or closed (cordoned). */
  | 'closed'
  /** It asks for nodes of a kind that there is not. */
  | 'rules'
  /** They are tainted. */
  | 'tainted';

/** The most telling first: a control plane's taint is there in any cluster, whatever else is amiss. */
const WORDS: readonly (readonly [NoNode, RegExp])[] = [
  ['volume', /persistentvolumeclaim "|unbound immediate PersistentVolumeClaims/],
  ['room', /Insufficient |Too many pods|max volume count|free ports|cannot allocate all claims|resourceclaim/],
  [
    'closed',
    /no nodes available|0\/0 nodes|were unschedulable|unknown conditions|\bnode\.(kubernetes|cloudprovider\.kubernetes)\.io\//,
  ],
  [
    'volume',
    /PersistentVolume|persistent volumes to bind|volume node affinity|volume zone|existent pv|available disk|free storage/,
  ],
  [
    'rules',
    /affinity\/selector|enforced node affinity|pod affinity|anti-affinity|topology spread|node name|required features/,
  ],
  ['tainted', /taint/],
];

const ADVICE: Readonly<Record<NoNode, string>> = {
  volume: 'its volume is not ready: check the claim and its storage class, and where its volume can be reached from',
  room: 'no node has what it asks for: free or add nodes, or ask for less',
  closed: 'see to the nodes of the cluster: they are not ready, short of memory or disk, or closed (cordoned)',
  rules: 'no node is of the kind that it asks for: check its node selector and affinity, and the labels of the nodes',
  tainted:
    'the nodes are tainted, for others or because they are not ready (kubectl describe nodes): wait, or tolerate the taint',
};

/** Empty: in words that are not known here. */
export function whyNoNode(message: string): NoNode[] {
  // What preemption says is that nobody else would have to go for it.
  const [said = ''] = message.split(/ preemption: /);
  return [...new Set(WORDS.filter(([, words]) => words.test(said)).map(([why]) => why))];
}

export function adviceWithoutNode(message: string): string {
  const [first = 'room', ...others] = whyNoNode(message);
  // Those nodes may be the ones that have room.
  return first === 'room' && others.includes('closed') ? `${ADVICE.room}; ${ADVICE.closed}` : ADVICE[first];
}
