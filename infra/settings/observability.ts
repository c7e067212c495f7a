// Settings of the parts that watch, spread and put load on a stack's services.
import { z } from 'zod';
import { serverExtras } from './extras.ts';
import {
  type Amounts,
  disruptionBudget,
  endpoint,
  image,
  PRIVATE,
  replicas,
  resources,
  section,
  topologySpread,
} from './fragments.ts';
import * as s from './scalars.ts';
import { THIRD_PARTY_IMAGES } from './third-party-images.ts';

const small: [Amounts, Amounts] = [
  { cpu: '100m', memory: '128Mi' },
  { cpu: '250m', memory: '256Mi' },
];

export const prometheus = () =>
  section("A Prometheus of the stack's own, which scrapes the stack's services.", {
    enabled: z.boolean().default(true).describe('Write it; off where the operator does the work (monitoring.enabled).'),
    image: image(THIRD_PARTY_IMAGES.prometheus),
    resources: resources({ cpu: '200m', memory: '256Mi' }, { cpu: '500m', memory: '512Mi' }),
    retention: s
      .text('[1-9][0-9]{0,3}(h|d|w|y)', 'a time such as 15d')
      .default('15d')
      .describe('How long figures are kept.'),
    retentionSize: s
      .text('[1-9][0-9]{0,5}(MB|GB|TB)', 'an amount such as 4GB')
      .default('4GB')
      .describe('How much of them at most: less than the volume holds, or a full one stops it.'),
    interval: s.text('[1-9][0-9]{0,3}(s|m)', 'a time such as 15s').default('15s').describe('Time between two scrapes.'),
    volume: section('Where the figures are kept.', {
      enabled: z.boolean().default(false).describe('A volume claim; off: they go with the pod.'),
      size: s.bytes().default('5Gi').describe('Size of the volume, or of the scratch space.'),
    }),
    ...serverExtras(),
  });
export type PrometheusSettings = z.output<ReturnType<typeof prometheus>>;

export const grafana = () =>
  section('Grafana with its data source and dashboards.', {
    enabled: z.boolean().default(true).describe('Write it; needs prometheus.enabled.'),
    image: image(THIRD_PARTY_IMAGES.grafana),
    resources: resources(...small),
    secret: s.objectName().default('grafana-credentials').describe('Secret with the key admin-password.'),
    ...serverExtras(),
  });
export type GrafanaSettings = z.output<ReturnType<typeof grafana>>;

export const lateRuns = () =>
  z.int().min(1).max(1000).default(3).describe('Intervals of a schedule that pass without a success.');

export const loadBalancer = () =>
  section('HAProxy.', {
    image: image(THIRD_PARTY_IMAGES.haproxy),
    replicas: replicas(1),
    disruptionBudget: disruptionBudget(),
    topologySpread: topologySpread(),
    resources: resources(...small),
    secret: s.objectName().default('haproxy-credentials').describe('Secret with the key stats-password.'),
    clusterDomain: s
      .hostName()
      .default('cluster.local')
      .describe("The cluster's own domain, which HAProxy asks its DNS for."),
    maxPods: z.int().min(1).max(1000).default(50).describe('Pods that it can spread connections over.'),
    maxConnections: z.int().min(10).max(100_000).default(2000).describe('Connections at one time.'),
    timeout: s
      .text('[1-9][0-9]{0,3}(s|m)', 'a time such as 60s')
      .default('60s')
      .describe('How long either side may be silent.'),
    ...serverExtras(),
  });
export type LoadBalancerSettings = z.output<ReturnType<typeof loadBalancer>>;

const SCRIPT = `from locust import HttpUser, between, task


class Client(HttpUser):
    wait_time = between(0.5, 2)

    @task
    def health(self):
        self.client.get("/healthz")
`;

export const locust = () =>
  section('Locust: load for a test.', {
    enabled: z.boolean().default(false).describe('Write master and workers.'),
    image: image(THIRD_PARTY_IMAGES.locust),
    workers: replicas(2),
    targetHost: s.optionalHttpUrl().default('').describe("What gets the load; empty: the stack's own load balancer."),
    targetAddress: endpoint('Where that is, as the NetworkPolicy must name it.', { cidrs: PRIVATE, port: 443 }),
    resources: resources({ cpu: '200m', memory: '128Mi' }, { cpu: '1000m', memory: '512Mi' }),
    script: z.string().min(1).max(100_000).default(SCRIPT).describe('The locustfile, in Python.'),
    ...serverExtras(),
  });
export type LocustSettings = z.output<ReturnType<typeof locust>>;
