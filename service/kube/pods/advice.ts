import { adviceWithoutNode } from './no-node.ts';

/** How a trouble goes on by itself. */
export type Pace =
  /** It belongs to starting. */
  | 'passing'
  /** Autoscalers and provisioners take their time. */
  | 'slow'
  /** Tried again and again: a registry may be away for a moment, a Secret be made by an operator. */
  | 'lasting'
  /** Tried no second time, or in vain. */
  | 'final';

interface Known {
  readonly pace: Pace;
  readonly advice: Advice;
}

/** What a person can do; of some reasons only what is said with them tells. */
type Advice = string | ((message: string) => string);

const LOG = 'its log says why';
const RAISE_MEMORY = 'it needed more memory than its limit: raise the limit, or let it need less';
const NODE_GONE = 'its node has gone or was shut down; it must be made anew on another';
const NODE_FULL = 'its node took it although it had no room for it; it must be made anew';

/** By the reasons of scheduler, kubelet and container runtime. */
const KNOWN: Readonly<Record<string, Known>> = {
  ContainerCreating: { pace: 'passing', advice: '' },
  PodInitializing: { pace: 'passing', advice: '' },
  NotReady: { pace: 'passing', advice: 'look at its log, and at what its readiness probe asks for' },

  Unschedulable: { pace: 'slow', advice: adviceWithoutNode },
  SchedulingGated: { pace: 'slow', advice: 'whoever set its schedulingGates has to take them away' },

  ErrImagePull: {
    pace: 'lasting',
    advice: 'check the name of the image, and that the nodes may pull it (imagePullSecrets)',
  },
  ImagePullBackOff: {
    pace: 'lasting',
    advice: 'check the name of the image, and that the nodes may pull it (imagePullSecrets)',
  },
  ImageInspectError: { pace: 'lasting', advice: 'the image on the node is broken: pull it anew' },
  RegistryUnavailable: { pace: 'lasting', advice: 'the registry of the image does not answer' },
  InvalidImageName: { pace: 'final', advice: 'mend the name of the image' },
  ErrImageNeverPull: {
    pace: 'final',
    advice: 'the image is not on the node, and imagePullPolicy Never keeps it from there',
  },

  CreateContainerConfigError: {
    pace: 'lasting',
    advice: 'a Secret or ConfigMap that it names is missing, or a key in it',
  },
  CreateContainerError: { pace: 'lasting', advice: 'check its command, its volumes and its security context' },
  RunContainerError: { pace: 'lasting', advice: 'check its command, its volumes and its security context' },
  StartError: { pace: 'lasting', advice: 'check its command: the image may not have it' },
  ContainerCannotRun: { pace: 'lasting', advice: 'check its command: the image may not have it' },
  CrashLoopBackOff: { pace: 'lasting', advice: LOG },
  OOMKilled: { pace: 'lasting', advice: RAISE_MEMORY },
  Error: { pace: 'lasting', advice: LOG },
  DeadlineExceeded: { pace: 'final', advice: 'it was given less time than it needs (activeDeadlineSeconds)' },

  Evicted: { pace: 'final', advice: 'its node ran short of memory or disk: ask for as much as it uses' },
  Preempting: { pace: 'final', advice: 'one of a higher priority took its place' },
  NodeLost: { pace: 'final', advice: NODE_GONE },
  NodeShutdown: { pace: 'final', advice: NODE_GONE },
  Terminated: { pace: 'final', advice: NODE_GONE },
  ContainerStatusUnknown: { pace: 'final', advice: NODE_GONE },
  UnexpectedAdmissionError: { pace: 'final', advice: NODE_FULL },
  OutOfcpu: { pace: 'final', advice: NODE_FULL },
  OutOfmemory: { pace: 'final', advice: NODE_FULL },
  OutOfpods: { pace: 'final', advice: NODE_FULL },
};

const VOLUME = 'its volume is not ready: check the claim and its storage class';

/** By the reasons that controllers and kubelets give in events; those of pods count there, too. */
const OF_EVENTS: Readonly<Record<string, Advice>> = {
  FailedScheduling: adviceWithoutNode,
  FailedMount: VOLUME,
  FailedAttachVolume: VOLUME,
  ProvisioningFailed: VOLUME,
  FailedCreate: 'a quota or an admission rule of the namespace refuses it: ask for less, or have it changed',
};

export const adviceOnEvent = (reason: string, message: string): string =>
  words(OF_EVENTS[reason] ?? KNOWN[reason]?.advice, message);

export const adviceFor = (reason: string, message: string): string => words(KNOWN[reason]?.advice, message);

const words = (advice: Advice = '', message: string): string => (typeof advice === 'string' ? advice : advice(message));

/** A reason that we do not know may pass: new ones are invented. */
export const paceOf = (reason: string): Pace => KNOWN[reason]?.pace ?? 'passing';
