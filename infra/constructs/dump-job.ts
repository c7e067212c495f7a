import { Construct } from 'constructs';
import type { Image, Resources } from '../settings/fragments.ts';
import type { DumpSettings } from '../settings/workloads.ts';
import type { Connection } from './endpoint.ts';
import type { EnvValue } from './env.ts';
import { ScheduledJob } from './job.ts';
import { VolumeClaim } from './volume-claim.ts';

export interface DumpJobProps {
  /** Of the CronJob and its claim. */
  readonly name: string;
  readonly title: string;
  readonly settings: DumpSettings;
  readonly image: Image;
  readonly user: number;
  readonly resources: Resources;
  /** Writes the dump to "$1". */
  readonly dump: string;
  readonly env: Record<string, EnvValue>;
  readonly server: Connection;
}

const DUMPS = '/backup';

/** Dumps on a schedule to a volume of their own, the old ones deleted. */
export class DumpJob extends Construct {
  constructor(scope: Construct, id: string, props: DumpJobProps) {
    super(scope, id);
    const { name, settings } = props;
    const claim = new VolumeClaim(this, 'dumps', { name, size: settings.size });
    new ScheduledJob(this, 'job', {
      name,
      title: props.title,
      component: 'backup',
      image: props.image,
      user: props.user,
      resources: props.resources,
      extras: settings,
      schedule: settings.schedule,
      deadlineSeconds: 3600,
      // Written under another name first: a dump that was cut off never looks like a whole one.
      command: [
        'sh',
        '-euc',
        `file="${DUMPS}/$(date -u +%Y%m%dT%H%M%SZ).dump"
set -- "$file.part"
${props.dump}
mv "$file.part" "$file"
find ${DUMPS} -name '*.dump' -mtime "+$KEEP_DAYS" -delete
find ${DUMPS} -name '*.part' -mtime +1 -delete
ls -l ${DUMPS}`,
      ],
      env: { ...props.env, KEEP_DAYS: String(settings.keepDays) },
      talksTo: [props.server],
      mounts: [{ name: 'backup', path: DUMPS, from: { claim: claim.name } }],
    });
  }
}
