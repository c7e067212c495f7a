import type { StoredObject } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import { environmentOf } from './container.ts';
import { postReport } from './reporter.ts';
import { createTrainingProgram, type TrainingProgram } from './training-program.ts';

/** Of real time, however fast the simulation goes: the hub takes a few reports a second of each job. */
const EVERY_MS = 500;

/** What the programs of RayJobs report to the hub, from pods that were told whom to report to. */
interface HubReports {
  /** When this part (0 to 1) of it is done. */
  tell(pod: StoredObject | undefined, part: number, secondsLeft: number): void;
  forget(pod: StoredObject): void;
}

interface Reporting {
  readonly program: TrainingProgram;
  toldAt: number;
  isUnderWay: boolean;
}

export function createHubReports(member: Member): HubReports {
  const programs = new Map<string, Reporting>();

  function reportingOf(pod: StoredObject): Reporting | undefined {
    const known = programs.get(pod.metadata.uid);
    if (known) return known;
    const environment = environmentOf(pod);
    if (environment.KUBEFLOW_TRAINER_SERVER_URL === undefined) return undefined;
    const program = createTrainingProgram(environment.MLPLATFORM_JOB_ID ?? pod.metadata.name, environment, undefined);
    const fresh = { program, toldAt: Number.NEGATIVE_INFINITY, isUnderWay: false };
    programs.set(pod.metadata.uid, fresh);
    return fresh;
  }

  return {
    tell(pod, part, secondsLeft) {
      const reporting = pod && reportingOf(pod);
      if (!pod || !reporting || reporting.isUnderWay) return;
      if (part < 1 && Date.now() - reporting.toldAt < EVERY_MS) return;
      reporting.toldAt = Date.now();
      reporting.isUnderWay = true;
      void postReport(member, pod, reporting.program.report(Math.min(1, part), new Date(), secondsLeft)).finally(() => {
        reporting.isUnderWay = false;
      });
    },
    forget: (pod) => void programs.delete(pod.metadata.uid),
  };
}
