import { Construct } from 'constructs';
import { k8s, quantities } from './k8s.ts';
import { KEEP } from './keep.ts';
import { stackOf } from './stack.ts';

export interface VolumeClaimProps {
  readonly name: string;
  readonly size: string;
  readonly accessMode?: 'ReadWriteOnce' | 'ReadWriteMany';
}

/** A volume claim of a fixed name, which outlives the workload that uses it. */
export class VolumeClaim extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, { name, size, accessMode = 'ReadWriteOnce' }: VolumeClaimProps) {
    super(scope, id);
    const stack = stackOf(this);
    const { className } = stack.settings.storage;
    this.name = stack.named(name);
    new k8s.KubePersistentVolumeClaim(this, 'claim', {
      metadata: {
        name: this.name,
        annotations: KEEP,
      },
      spec: {
        accessModes: [accessMode],
        resources: { requests: quantities({ storage: size }) },
        ...(className && { storageClassName: className }),
      },
    });
  }
}
