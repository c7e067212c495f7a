# The job API: one bundled file, its SQL, and Node. Built from the repository's root by `npm run build:images`.
# Base images are arguments, so that a closed network names its mirror. The digest is of the index of all platforms.
ARG NODE_IMAGE=docker.io/library/node:22.21.1-alpine3.22@sha256:b2358485e3e33bc3a33114d2b1bdb18cdbe4df01bd2b257198eb51beb1f026c5

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
# Install scripts fetch or patch binaries that only development needs (embedded PostgreSQL); the bundle needs none of them.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY infra/images/bundle.ts infra/images/bundle.ts
COPY service service
RUN node --import tsx infra/images/bundle.ts /out

FROM ${NODE_IMAGE}
# The package managers are of no use at run time, to us.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /app
COPY --from=build /out /app

ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="ml-platform-backend" \
      org.opencontainers.image.description="Job API and monitor: training jobs on many clusters through Karmada" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

ENV NODE_ENV=production
# Numeric, so that Kubernetes can verify runAsNonRoot; "node" is 1000 in the base image.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
# Exec form: Kubernetes `args` (--karmada-kubeconfig=...) are appended, and Node receives the signals itself.
ENTRYPOINT ["node", "--enable-source-maps", "/app/main.js"]
