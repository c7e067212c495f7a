/** Kinds without a namespace that do not say so by their names, as those that begin with "Cluster" do. */
export const WITHOUT_NAMESPACE: readonly string[] = [
  'APIService',
  'CSIDriver',
  'CustomResourceDefinition',
  'GatewayClass',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'ResourceInterpreterCustomization',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeSnapshotClass',
];

/** CloudNativePG's and others' kinds of this name are in namespaces. */
export const namespaced = ({ kind }: { readonly kind: string }): boolean =>
  !WITHOUT_NAMESPACE.includes(kind) && (!kind.startsWith('Cluster') || kind === 'Cluster');
