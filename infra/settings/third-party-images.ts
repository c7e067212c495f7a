import { DEFAULT_RAY_IMAGE } from '../../service/contract.ts';

// Every image that is not ours, by name and version, in this one place. A settings file may replace any part of each,
// such as the registry by a mirror; a digest pins it beyond its tag.
export const THIRD_PARTY_IMAGES = {
  busybox: { registry: 'docker.io', repository: 'library/busybox', tag: '1.37.0' },
  curl: { registry: 'docker.io', repository: 'curlimages/curl', tag: '8.16.0' },
  grafana: { registry: 'docker.io', repository: 'grafana/grafana', tag: '12.2.1' },
  haproxy: { registry: 'docker.io', repository: 'library/haproxy', tag: '3.2.7-alpine3.22' },
  kafka: { registry: 'docker.io', repository: 'apache/kafka', tag: '3.9.1' },
  locust: { registry: 'docker.io', repository: 'locustio/locust', tag: '2.41.6' },
  // The last that was published, with CVE-2025-62506 (docs/restore.md says whom it concerns, docs/networks.md what replaces it).
  minio: { registry: 'quay.io', repository: 'minio/minio', tag: 'RELEASE.2025-09-07T16-13-09Z' },
  minioClient: { registry: 'quay.io', repository: 'minio/mc', tag: 'RELEASE.2025-08-13T08-35-41Z' },
  mysql: { registry: 'docker.io', repository: 'library/mysql', tag: '8.4.7' },
  postgres: { registry: 'docker.io', repository: 'library/postgres', tag: '15.14-alpine3.22' },
  cloudnativePostgres: { registry: 'ghcr.io', repository: 'cloudnative-pg/postgresql', tag: '15.14' },
  prometheus: { registry: 'docker.io', repository: 'prom/prometheus', tag: 'v3.5.0' },
  ray: { registry: 'docker.io', ...DEFAULT_RAY_IMAGE },
  redis: { registry: 'docker.io', repository: 'library/redis', tag: '7.4.6-alpine3.21' },
} as const;
