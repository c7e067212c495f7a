import { address, type Endpoint } from './endpoint.ts';

// What is waited for comes as arguments, never inside the script's text: nothing in it can be run but the probe itself.
const SCRIPT = `what=$1 limit=$2
shift 2
start=$(date +%s)
until said=$("$@" 2>&1); do
  status=$?
  waited=$(($(date +%s) - start))
  if [ "$waited" -ge "$limit" ]; then
    echo "gave up: $what not ready within $limit s. Is it running, and may this pod reach it (NetworkPolicy)?" >&2
    echo "last try: $* ended with $status: \${said:-it said nothing}" >&2
    exit 1
  fi
  echo "waiting for $what ($waited of at most $limit s)"
  sleep 2
done
echo "$what is ready"`;

/** Command of an init container that waits until a probe succeeds, says for what, and gives up after a time. */
export function waitUntil(what: string, seconds: number, probe: string[]): string[] {
  return ['sh', '-c', SCRIPT, 'wait', what, String(seconds), ...probe];
}

/** Waits for an open port, with the tools of busybox. */
export function waitForPort(to: Endpoint, seconds: number): string[] {
  const probe = ['nc', '-z', '-w', '2', to.host, String(to.port)];
  return waitUntil(`${to.title} at ${address(to)}`, seconds, probe);
}
