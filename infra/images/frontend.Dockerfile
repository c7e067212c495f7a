# The page: static files behind an unprivileged nginx. Built from the repository's root by `npm run build:images`.
ARG NODE_IMAGE=docker.io/library/node:22.21.1-alpine3.22@sha256:b2358485e3e33bc3a33114d2b1bdb18cdbe4df01bd2b257198eb51beb1f026c5
ARG NGINX_IMAGE=docker.io/nginxinc/nginx-unprivileged:1.28.0-alpine-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY infra/images/precompress.ts infra/images/precompress.ts
COPY service service
RUN npm run build:page && node --import tsx infra/images/precompress.ts service/web/dist

FROM ${NGINX_IMAGE}
COPY infra/images/nginx.conf.template /etc/nginx/nginx.conf.template
COPY --chmod=0555 infra/images/frontend-entrypoint.sh /entrypoint.sh
COPY --from=build /src/service/web/dist /usr/share/nginx/html

ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="ml-platform-frontend" \
      org.opencontainers.image.description="Page to submit, watch, understand and stop training jobs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

# nginx of the base image; numeric, so that Kubernetes can verify runAsNonRoot.
USER 101:101
EXPOSE 8080
# nginx finishes the requests in flight on SIGQUIT and drops them on SIGTERM.
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/entrypoint.sh"]
