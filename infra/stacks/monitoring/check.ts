import { Check } from '../../constructs/check.ts';
import type { Stack } from '../../constructs/stack.ts';
import { GRAFANA_HEALTH } from './exposure.ts';
import { chartNames, PORTS } from './names.ts';
import { KEYS } from './secrets.ts';
import type { Settings } from './settings.ts';

/** The user of no file that the check's image has. */
const NOBODY = 65534;

/**
 * Says of each part whether it is there, until all are or the time is over. What Prometheus and Grafana are asked for comes as arguments:
 * nothing in it can be run.
 */
const SCRIPT = `limit=$1 grafana=$2 prometheus=$3 target=$4 dashboard=$5
start=$(date +%s) failed=0
ask() { wget -q -T 5 -O - "$@" 2>&1; }
holds() {
  what=$1 wanted=$2
  shift 2
  until said=$(ask "$@") && echo "$said" | grep -q "$wanted"; do
    if [ $(($(date +%s) - start)) -ge "$limit" ]; then
      echo "not within $limit s: $what: $(echo "$said" | head -c 300)" >&2
      failed=1
      return
    fi
    sleep 2
  done
  echo "holds: $what"
}
login=$(printf '%s:%s' "$GRAFANA_USER" "$GRAFANA_PASSWORD" | base64 | tr -d '\\n')
holds 'Grafana is well' '"ok"' "http://$grafana${GRAFANA_HEALTH}"
holds 'Prometheus is ready' 'Ready' "http://$prometheus/-/ready"
holds 'the operator of TrainingJobs is scraped' '"value"' "http://$prometheus/api/v1/query?query=$target"
holds 'its dashboard is loaded' "$dashboard" --header "Authorization: Basic $login" "http://$grafana/api/search?type=dash-db"
exit "$failed"`;

/** Of the operator's monitor: a target that is up, as a query in an address. */
const TARGET_UP = 'up%7Bjob%3D~%22controller-manager.*%22%7D%20%3D%3D%201';
const DASHBOARD = 'trainingjob-operator';

export function check(stack: Stack, settings: Settings): void {
  if (settings.prometheusStack.install === 'none') return;
  const { grafana, pods, prometheus } = chartNames(settings);
  new Check(stack, {
    image: settings.images.wait,
    user: NOBODY,
    command: ['sh', '-c', SCRIPT, 'check', String(settings.check.timeoutSeconds)],
    args: [
      `${grafana}:${PORTS.grafanaService}`,
      `${prometheus}:${PORTS.prometheus}`,
      TARGET_UP,
      stack.named(DASHBOARD),
    ],
    env: {
      GRAFANA_USER: { secret: settings.grafana.secret, key: KEYS.adminUser },
      GRAFANA_PASSWORD: { secret: settings.grafana.secret, key: KEYS.adminPassword },
    },
    others: { grafana: pods.grafana, prometheus: pods.prometheus },
  });
}
