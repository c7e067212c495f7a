import { Check } from '../../constructs/check.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { WayIn } from '../definition.ts';
import { FLEET_DASHBOARD, OPERATOR_DASHBOARD } from './dashboards.ts';
import { GRAFANA_HEALTH } from './exposure.ts';
import { chartNames, PORTS } from './names.ts';
import { KEYS } from './secrets.ts';
import type { Settings } from './settings.ts';
import { wayIn } from './way-in.ts';

/** The user of no file that the check's image has. */
const NOBODY = 65534;

/**
 * Says of each part whether it is there, until all are or the time is over. What is asked for comes as arguments and
 * variables: nothing in it can be run.
 */
const SCRIPT = String.raw`limit=$1 grafana=$2 prometheus=$3 target=$4 dashboards=$5
start=$(date +%s) failed=0
ask() { curl -sS --max-time 10 "$@" 2>&1; }
holds() {
  what=$1 wanted=$2
  shift 2
  until said=$(ask "$@") && echo "$said" | grep -qiE "$wanted"; do
    if [ $(($(date +%s) - start)) -ge "$limit" ]; then
      echo "not within $limit s: $what: $(echo "$said" | head -c 300)" >&2
      failed=1
      return
    fi
    sleep 2
  done
  echo "holds: $what"
}
holds 'Grafana is well' '"ok"' "http://$grafana${GRAFANA_HEALTH}"
holds 'Prometheus is ready' 'Ready' "http://$prometheus/-/ready"
holds 'the operator of TrainingJobs is scraped' '"value"' "http://$prometheus/api/v1/query?query=$target"
holds 'its alerts are loaded' 'TrainingJobOperatorDown' "http://$prometheus/api/v1/rules?type=alert"
for dashboard in $dashboards; do
  holds "the dashboard $dashboard is loaded" "\"uid\":\"$dashboard\"" --user "$GRAFANA_USER:$GRAFANA_PASSWORD" "http://$grafana/api/search?type=dash-db"
done
if [ -n "$WAY_HOST" ]; then
  set --
  # What Let's Encrypt issues for trials nobody trusts; a CA of one's own leaves its certificate beside what it has signed.
  if [ "$ISSUER $FOR_TRIALS" = 'letsEncrypt true' ]; then set -- --insecure
  elif [ -s "$AUTHORITY_FILE" ]; then set -- --cacert "$AUTHORITY_FILE"
  fi
  secure="https://$WAY_HOST:$HTTPS_PORT$WAY_PAGE"
  holds 'HTTPS answers' '^HTTP/[0-9.]+ 200' "$@" --dump-header - --output /dev/null "$secure"
  holds 'HSTS is set' '^strict-transport-security: .*max-age=31536000' "$@" --dump-header - --output /dev/null "$secure"
  holds 'CSP is set' '^content-security-policy: .*script-src' "$@" --dump-header - --output /dev/null "$secure"
  [ "$HTTP_PORT" = none ] || holds 'HTTP leads to HTTPS' "^30[1278] https://$WAY_HOST" --output /dev/null \
    --write-out '%{http_code} %{redirect_url}' "http://$WAY_HOST:$HTTP_PORT$WAY_PAGE"
fi
exit "$failed"`;

/** Of the operator's monitor: a target that is up, as a query in an address. */
const TARGET_UP = 'up%7Bjob%3D~%22controller-manager.*%22%7D%20%3D%3D%201';

const AUTHORITY = '/etc/check/authority';

export function check(stack: Stack, settings: Settings): void {
  const { alertmanager, prometheusStack } = settings;
  if (prometheusStack.install === 'none') return;
  const names = chartNames(settings);
  const { grafana, pods, prometheus } = names;
  const way = wayIn(settings);
  new Check(stack, {
    image: settings.check.image,
    user: NOBODY,
    command: ['sh', '-c', SCRIPT, 'check', String(settings.check.timeoutSeconds)],
    args: [
      `${grafana}:${PORTS.grafanaService}`,
      `${prometheus}:${PORTS.prometheus}`,
      TARGET_UP,
      [OPERATOR_DASHBOARD, FLEET_DASHBOARD].map((name) => stack.named(name)).join(' '),
    ],
    env: {
      GRAFANA_USER: { secret: settings.grafana.secret, key: KEYS.adminUser },
      ...entrance(way, settings),
      AUTHORITY_FILE: `${AUTHORITY}/${KEYS.authority}`,
      GRAFANA_PASSWORD: { secret: settings.grafana.secret, key: KEYS.adminPassword },
    },
    mounts: [
      {
        name: 'authority',
        path: AUTHORITY,
        from: { secret: settings.certificates.secretName, keys: [KEYS.authority], optional: true },
      },
    ],
    others: { grafana: pods.grafana, prometheus: pods.prometheus },
    portsOutside: way ? [way.ports.https, way.ports.http] : [],
    closed: [
      `${grafana}:${PORTS.grafanaService}`,
      `${prometheus}:${PORTS.prometheus}`,
      ...(alertmanager.enabled ? [`${names.alertmanager}:${PORTS.alertmanager}`] : []),
    ],
  });
}

/** Of the way in, by name, for there may be none: then it is not asked. */
function entrance(way: WayIn | undefined, { certificates }: Settings): Record<string, string> {
  if (!way) return {};
  const { host, path, ports, redirects } = way;
  const { issuer, letsEncrypt } = certificates;
  return {
    WAY_HOST: host,
    WAY_PAGE: path,
    HTTPS_PORT: String(ports.https),
    HTTP_PORT: redirects ? String(ports.http) : 'none',
    ISSUER: issuer,
    FOR_TRIALS: String(letsEncrypt.staging),
  };
}
