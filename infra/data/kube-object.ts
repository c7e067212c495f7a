/** A Kubernetes object as plain data. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** The API group; that of Pods and Services has no name. */
export const groupOf = ({ apiVersion }: { readonly apiVersion: string }): string =>
  apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : '';
