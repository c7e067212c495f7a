import { Construct } from 'constructs';
import { k8s } from './k8s.ts';
import { stackOf } from './stack.ts';

export interface ConfigFilesProps {
  readonly name: string;
  /** File name -> content. */
  readonly files: Record<string, string>;
}

/** A ConfigMap of files. Give `files` to the workloads that mount it, so that a change rolls their pods. */
export class ConfigFiles extends Construct {
  readonly name: string;
  readonly files: Record<string, string>;

  constructor(scope: Construct, id: string, { files, name }: ConfigFilesProps) {
    super(scope, id);
    this.name = stackOf(this).named(name);
    this.files = files;
    new k8s.KubeConfigMap(this, 'config-map', { metadata: { name: this.name }, data: files });
  }
}
