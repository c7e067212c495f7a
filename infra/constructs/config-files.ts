import { Construct } from 'constructs';
import { k8s } from './k8s.ts';

/** A ConfigMap of files. Give `files` to the workloads that mount it, so that a change rolls their pods. */
export class ConfigFiles extends Construct {
  readonly name: string;
  readonly files: Record<string, string>;

  constructor(scope: Construct, name: string, files: Record<string, string>, labels: Record<string, string> = {}) {
    super(scope, name);
    this.name = name;
    this.files = files;
    new k8s.KubeConfigMap(this, 'config-map', { metadata: { name, labels }, data: files });
  }
}
