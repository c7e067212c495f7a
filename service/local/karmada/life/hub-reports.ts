import type { StoredObject } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import { environmentOf } from './container.ts';
import { postReport } from './reporter.ts';
import { createTrainingProgram, type TrainingProgram } from './training-program.ts';

/** Of real time, however fast the simulation goes: the hub takes a few reports a second of each job. */
const EVERY_MS = 500;

/** What the programs of RayJobs report to the hub, from pods that were told whom to report to. */
interface HubReports {
  /** When this part (0 to 1) of it is done. Not while the one before is on its way. */
  tell(pod: StoredObject | undefined, part: number, secondsLeft: number): void;
  /** At its end. Resolves when that has arrived, or cannot, for which a training waits before it ends. */
  tellLast(pod: StoredObject | undefined, part: number): Promise<void>;
  forget(pod: StoredObject): void;
}

interface Reporting {
  readonly program: TrainingProgram;
  toldAt: number;
  underWay: Promise<unknown> | undefined;
}

export function createHubReports(member: Member): HubReports {
  const programs = new Map<string, Reporting>();

  function reportingOf(pod: StoredObject): Reporting | undefined {
    const known = programs.get(pod.metadata.uid);
    if (known) return known;
    const environment = environmentOf(pod);
    if (environment.KUBEFLOW_TRAINER_SERVER_URL === undefined) return undefined;
    const program = createTrainingProgram(environment.MLPLATFORM_JOB_ID ?? pod.metadata.name, environment, undefined);
    const fresh = { program, toldAt: Number.NEGATIVE_INFINITY, underWay: undefined };
    programs.set(pod.metadata.uid, fresh);
    return fresh;
  }

  function send(pod: StoredObject, reporting: Reporting, part: number, secondsLeft: number): Promise<unknown> {
    const body = reporting.program.report(Math.min(1, part), new Date(), secondsLeft);
    reporting.toldAt = Date.now();
    reporting.underWay = postReport(member, pod, body).finally(() => {
      reporting.underWay = undefined;
    });
    return reporting.underWay;
  }

  return {
    tell(pod, part, secondsLeft) {
      const reporting = pod && reportingOf(pod);
      if (!pod || !reporting || reporting.underWay || Date.now() - reporting.toldAt < EVERY_MS) return;
      void send(pod, reporting, part, secondsLeft);
    },
    async tellLast(pod, part) {
      const reporting = pod && reportingOf(pod);
      if (!pod || !reporting) return;
      await reporting.underWay;
      await send(pod, reporting, part, 0);
    },
    forget: (pod) => void programs.delete(pod.metadata.uid),
  };
}
