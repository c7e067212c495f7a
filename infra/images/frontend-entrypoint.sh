#!/bin/sh
# Run-time configuration: from the environment into /tmp (the root file system is read-only), then nginx in our place.
set -eu

fail() {
  echo "frontend: $1" >&2
  exit 1
}

API_BASE_URL=${API_BASE_URL:-}
API_UPSTREAM=${API_UPSTREAM:-ml-platform-backend:8080}
CSP_CONNECT_SRC=${CSP_CONNECT_SRC:-}
PORT=${PORT:-8080}
NGINX_TEMPLATE=${NGINX_TEMPLATE:-/etc/nginx/nginx.conf.template}

# What is checked here goes into a configuration and a script's data as it is: nothing that could end either.
case $API_BASE_URL in
  '' | http://* | https://*) ;;
  *) fail "API_BASE_URL='$API_BASE_URL' must be empty (the page's own address) or start with http:// or https://" ;;
esac
case $API_BASE_URL in
  *[!A-Za-z0-9:/._~%@-]* | *@*) fail "API_BASE_URL='$API_BASE_URL' may hold letters, digits and : / . _ ~ % - only" ;;
esac
case $API_UPSTREAM in
  '' | *[!A-Za-z0-9.:-]*) fail "API_UPSTREAM='$API_UPSTREAM' must be host:port" ;;
esac
case $CSP_CONNECT_SRC in
  *[!A-Za-z0-9:/.\ *-]*) fail "CSP_CONNECT_SRC='$CSP_CONNECT_SRC' must be origins, such as https://login.example.com, with spaces between them" ;;
esac
case $PORT in
  '' | *[!0-9]*) fail "PORT='$PORT' must be a number" ;;
esac

sources=''
if [ -n "$API_BASE_URL" ]; then
  # Scheme and host without the path: a source expression with a path would not cover what is below it.
  sources=" $(printf '%s' "$API_BASE_URL" | sed -E 's#^(https?://[^/]+).*#\1#')"
fi
if [ -n "$CSP_CONNECT_SRC" ]; then
  sources="$sources $CSP_CONNECT_SRC"
fi

printf '{"apiBaseUrl":"%s"}\n' "$API_BASE_URL" > /tmp/config.json
# Where the machine has no IPv6, nginx would not start with an address of it.
ipv6=''
if [ -e /proc/net/if_inet6 ]; then
  ipv6=" listen [::]:$PORT;"
fi
sed -e "s|@API_UPSTREAM@|$API_UPSTREAM|" -e "s|@PORT@|$PORT|" -e "s|@ALSO_LISTEN@|$ipv6|" -e "s|@CONNECT_SOURCES@|$sources|" \
  "$NGINX_TEMPLATE" > /tmp/nginx.conf

exec nginx -c /tmp/nginx.conf "$@"
