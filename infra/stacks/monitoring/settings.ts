import { z } from 'zod';
import { type FieldRule, withRules } from '../../data/field-rules.ts';
import { gateway } from '../../settings/exposure.ts';
import * as f from '../../settings/fragments.ts';
import { commonRules } from '../../settings/rules.ts';
import * as s from '../../settings/scalars.ts';
import { THIRD_PARTY_IMAGES } from '../../settings/third-party-images.ts';

/** Of the release, as the guide of the first operator has it. Names of Services begin with it. */
const RELEASE = 'monitoring';

const chart = (doc: string, defaults: { install: 'helm' | 'argocd' | 'none'; source: string; version: string }) => ({
  install: z.enum(['helm', 'argocd', 'none']).default(defaults.install).describe(doc),
  source: s
    .text(
      '(https://)?[-.a-zA-Z0-9]+(:[0-9]{1,5})?(/[-._~a-zA-Z0-9]+)*',
      'an address such as https://charts.example.com, or of an OCI registry without a scheme',
    )
    .default(defaults.source)
    .describe('Where its makers, or your mirror, have the chart.'),
  version: s
    .text('v?[0-9]+\\.[0-9]+\\.[0-9]+', 'a version such as 88.5.3')
    .default(defaults.version)
    .describe('Version of the chart.'),
  digest: s
    .imageDigest()
    .default('')
    .describe('Digest that pins the chart beyond its version, in an OCI registry; empty: the version decides.'),
});

const prometheusStack = () =>
  f.section('kube-prometheus-stack, a chart of its own makers: operator, Prometheus, Alertmanager and Grafana.', {
    ...chart(
      'Who installs it: npm run deploy by Helm, Argo CD, or nobody, where the cluster has a Prometheus operator already.',
      { install: 'helm', source: 'ghcr.io/prometheus-community/charts', version: '88.5.3' },
    ),
    release: s.dnsLabel().default(RELEASE).describe('Name of the release.'),
    managedControlPlane: z
      .boolean()
      .default(true)
      .describe('Nobody can scrape etcd, scheduler and DNS, as on GKE: no alerts that tell them down.'),
    nodeExporter: z
      .boolean()
      .default(true)
      .describe('Figures of the nodes; left out where the podSecurity of the namespace is not privileged.'),
  });

const certManager = () =>
  f.section('cert-manager, which makes and renews certificates.', {
    ...chart('Who installs it: npm run deploy by Helm, Argo CD, or nobody, where it is there already or not needed.', {
      install: 'none',
      source: 'quay.io/jetstack/charts',
      version: 'v1.18.2',
    }),
    namespace: s.dnsLabel().default('cert-manager').describe('Its namespace.'),
  });

const amounts = [
  { cpu: '200m', memory: '1Gi' },
  { cpu: '2', memory: '2Gi' },
] as const;

const port = () => z.strictObject({ port: s.port().describe('The port.') });
const asPort = (port: number) => ({ port });

const prometheus = () =>
  f.section('Prometheus.', {
    replicas: f.replicas(1),
    retention: s
      .text('[1-9][0-9]{0,3}(h|d|w|y)', 'a time such as 15d')
      .default('10d')
      .describe('How long figures are kept.'),
    retentionSize: s
      .optionalText('[1-9][0-9]{0,3}(MB|GB)', 'an amount such as 40GB')
      .default('')
      .describe('The most that they may take; empty: as much as the volume has.'),
    volume: f.section('Where they are kept.', {
      enabled: z.boolean().default(true).describe('A volume claim; off: they go with the pod.'),
      size: s.bytes().default('50Gi').describe('Its size.'),
    }),
    resources: f.resources(...amounts),
    scrapes: z
      .array(port())
      .min(1)
      .max(50)
      .prefault([8080, 8404, 9090, 9093, 9100, 9121, 9187, 9402, 10_250].map(asPort))
      .describe('Ports at which it may read figures, of any pod and node.'),
    clients: z
      .array(s.cidr())
      .max(20)
      .default([])
      .describe('Addresses that may ask it, beside Grafana: an API server whose proxy a hub uses, say.'),
  });

const receiver = (secret: string, key: string) => ({
  enabled: z.boolean().default(false).describe('Send alerts there.'),
  secret: s.objectName().default(secret).describe(`Secret with the key ${key}.`),
});

const alertmanager = () =>
  f.section('Alertmanager: who is told of alerts.', {
    enabled: z.boolean().default(true).describe('Run it.'),
    replicas: f.replicas(1),
    slack: f.section('Slack: all alerts.', {
      ...receiver('alertmanager-slack', 'url'),
      channel: s.text('#[-_a-z0-9]+', 'a channel such as #ml-alerts', 80).default('#alerts').describe('The channel.'),
    }),
    pagerDuty: f.section('PagerDuty: critical alerts.', receiver('alertmanager-pagerduty', 'routing-key')),
    email: f.section('E-mail: all alerts.', {
      ...receiver('alertmanager-email', 'password'),
      to: s.mailAddress().default('ml@example.com').describe('Who gets it.'),
      from: s.mailAddress().default('alerts@example.com').describe('Who it comes from, and logs in.'),
      server: s
        .text('[-.a-zA-Z0-9]+:[1-9][0-9]{1,4}', 'a host and port such as smtp.example.com:587')
        .default('smtp.example.com:587')
        .describe('The mail server.'),
    }),
    receivers: z
      .array(port())
      .min(1)
      .max(5)
      .prefault([443, 587].map(asPort))
      .describe('Ports at which receivers are reached, anywhere.'),
  });

const grafana = () =>
  f.section('Grafana.', {
    secret: s
      .objectName()
      .default(`${RELEASE}-grafana`)
      .describe('Secret with the keys admin-user and admin-password; made once, and kept.'),
    resources: f.resources({ cpu: '100m', memory: '256Mi' }, { cpu: '1', memory: '512Mi' }),
    oidc: f.section('Sign-in by an identity provider, beside the administrator.', {
      enabled: z.boolean().default(false).describe('Offer it.'),
      provider: z.enum(['google', 'generic']).default('google').describe('Google, or any other by its addresses.'),
      clientId: s
        .text('[-._a-zA-Z0-9]+', 'a client id')
        .default('grafana')
        .describe('Under which the provider knows Grafana.'),
      secret: s.objectName().default('grafana-oidc').describe('Secret with the key client-secret.'),
      domains: z
        .array(s.hostName())
        .max(20)
        .default([])
        .describe('Domains whose people may come in; empty with google: refused.'),
      authUrl: s
        .httpUrl()
        .default('https://id.example.com/auth')
        .describe('Of a generic provider: where one signs in.'),
      tokenUrl: s.httpUrl().default('https://id.example.com/token').describe('Of a generic provider: its tokens.'),
      apiUrl: s
        .httpUrl()
        .default('https://id.example.com/userinfo')
        .describe('Of a generic provider: who somebody is.'),
      adminGroup: s
        .text('[-._@a-zA-Z0-9]+', 'the name of a group')
        .default('grafana-admins')
        .describe('Group (claim `groups`) whose members administrate; everyone else reads.'),
    }),
  });

const exposure = () =>
  f.section('How Grafana is reached from outside.', {
    type: z
      .enum(['none', 'ingress', 'gke', 'gateway'])
      .default('none')
      .describe("Not at all, by an Ingress, by Google's load balancer, or by a Gateway."),
    host: s
      .optionalHostName()
      .default('')
      .describe('The host name; empty: grafana.<address>.nip.io, once the address is known.'),
    address: s
      .optionalAddress()
      .default('')
      .describe('IPv4 address of the entrance; npm run deploy finds it where host is empty.'),
    ingress: f.section('For type ingress.', {
      className: s.optionalName().default('nginx').describe("IngressClass; empty: the cluster's default."),
      annotations: s.annotations().default({}).describe('Annotations to add.'),
    }),
    gke: f.section('For type gke.', {
      staticAddress: s.optionalName().default('').describe('Name of a reserved global address; empty: any.'),
      managedCertificate: z
        .boolean()
        .default(false)
        .describe("Google's own certificate, in the place of one by cert-manager."),
      sslPolicy: s.optionalName().default('').describe('TLS policy of the load balancer; empty: its default.'),
      securityPolicy: s.optionalName().default('').describe('Policy of Cloud Armor; empty: none.'),
      loadBalancerRanges: z
        .array(s.cidr())
        .min(1)
        .max(20)
        .default(['35.191.0.0/16', '130.211.0.0/22'])
        .describe("Where Google's load balancers and their health checks come from, as its documentation has it."),
    }),
    gateway: f.section('For type gateway: an HTTPRoute of the Gateway API.', gateway()),
  });

const certificates = () =>
  f.section('The certificate of the host, by cert-manager.', {
    issuer: z
      .enum(['selfSigned', 'letsEncrypt', 'existing', 'none'])
      .default('selfSigned')
      .describe("A CA of the stack's own, Let's Encrypt, an issuer that is there, or no certificate of ours."),
    secretName: s.objectName().default('grafana-tls-secret').describe('Secret that holds the certificate.'),
    letsEncrypt: f.section("For Let's Encrypt.", {
      email: s.mailAddress().default('ml@example.com').describe('Who is told when a certificate cannot be renewed.'),
      staging: z.boolean().default(false).describe('Its server for trials, whose certificates no browser trusts.'),
      solver: z.enum(['http01', 'dns01']).default('http01').describe('How it sees that the host is yours.'),
      dnsProject: s
        .text('[a-z][-a-z0-9]{4,28}[a-z0-9]', 'the id of a Google Cloud project')
        .default('my-project')
        .describe('For dns01: project whose Cloud DNS has the zone.'),
    }),
    existing: f.section('For an issuer that is there.', {
      kind: z.enum(['ClusterIssuer', 'Issuer']).default('ClusterIssuer').describe('Its kind.'),
      name: s.objectName().default('letsencrypt').describe('Its name.'),
    }),
  });

const check = () =>
  f.check({
    image: f.image(THIRD_PARTY_IMAGES.curl),
    entrance: f.section('The way in by HTTPS: chain, headers, and HTTP that leads to it.', {
      enabled: z
        .boolean()
        .default(true)
        .describe('Prove it, from where npm run deploy runs and from a pod; off where these do not reach it.'),
      https: s.port().default(443).describe('Port at which it is asked, such as 8443 where one is forwarded.'),
      http: s.port().default(80).describe('Port at which HTTP is asked.'),
    }),
  });

const alerts = () =>
  f.section('When alerts are raised.', {
    noProgressMinutes: z.int().min(5).max(1440).default(60).describe('A job that runs and does not get on.'),
    idleGpuPercent: z.int().min(1).max(100).default(5).describe('Use of GPUs, below which they count as idle.'),
    queueDepth: z.int().min(1).max(100_000).default(200).describe('TrainingJobs that wait for a look.'),
    certificateDays: z.int().min(1).max(90).default(14).describe('Days before its end of a certificate.'),
  });

/** What cannot work, each with what is allowed. */
const rules: FieldRule[] = [
  {
    path: 'exposure.host',
    when: { path: 'exposure.type', is: 'gateway' },
    refuses: { value: '' },
    allowed: 'a host name, for the address of a Gateway is not looked up',
  },
  ...(['ingress', 'gke'] as const).map((value) => ({
    path: 'exposure.type',
    when: { path: 'prometheusStack.install', is: 'none' },
    refuses: { value },
    allowed: 'none while prometheusStack.install is none: there is no Grafana of this stack to lead to',
  })),
];

export const settings = withRules(
  z
    .strictObject({
      ...f.common('monitoring'),
      namespace: f.namespace('monitoring', 'privileged'),
      monitoring: f.monitoring({ enabled: true, labels: { release: RELEASE } }),
      operatorNamespace: s
        .dnsLabel()
        .default('default')
        .describe('Namespace of the operator of TrainingJobs, whose figures are read.'),
      prometheusStack: prometheusStack(),
      prometheus: prometheus(),
      alertmanager: alertmanager(),
      grafana: grafana(),
      exposure: exposure(),
      certManager: certManager(),
      certificates: certificates(),
      alerts: alerts(),
      check: check(),
    })
    .superRefine((value, context) => {
      commonRules(value, context);
      for (const chart of ['prometheusStack', 'certManager'] as const) {
        const { digest, source } = value[chart];
        if (digest === '' || !source.startsWith('https://')) continue;
        const message = 'the address of an OCI registry, without a scheme: elsewhere charts have no digest';
        context.addIssue({ code: 'custom', path: [chart, 'source'], message });
      }
    }),
  rules,
);

export type Settings = z.output<typeof settings>;
