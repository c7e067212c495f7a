/** Annotations of what holds data: whoever prunes or uninstalls the rest, Argo CD or Helm, leaves it alone. */
export const KEEP = {
  'argocd.argoproj.io/sync-options': 'Delete=false,Prune=false',
  'helm.sh/resource-policy': 'keep',
} as const;
