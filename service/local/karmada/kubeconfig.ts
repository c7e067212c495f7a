/** YAML by which any client finds a simulated API server, which asks nobody who they are. */
export const kubeconfigOf = (url: string, ca?: string): string =>
  [
    'apiVersion: v1',
    'kind: Config',
    'current-context: simulated',
    'contexts:',
    '  - name: simulated',
    '    context: { cluster: simulated, user: simulated }',
    'clusters:',
    '  - name: simulated',
    '    cluster:',
    `      server: ${url}`,
    ca === undefined
      ? '      insecure-skip-tls-verify: true'
      : `      certificate-authority-data: ${Buffer.from(ca).toString('base64')}`,
    'users:',
    '  - name: simulated',
    '    user: {}',
    '',
  ].join('\n');
