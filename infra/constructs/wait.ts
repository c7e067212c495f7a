import type { Endpoint } from './endpoint.ts';

// The address comes as arguments, never inside the script's text: nothing in it can be run.
const SCRIPT = `title=$1 host=$2 port=$3 limit=$4
start=$(date +%s)
until nc -z -w 2 "$host" "$port"; do
  waited=$(($(date +%s) - start))
  if [ "$waited" -ge "$limit" ]; then
    echo "gave up: $title at $host:$port did not answer within $limit s. Is it running, and may this pod reach it (NetworkPolicy)?" >&2
    exit 1
  fi
  echo "waiting for $title at $host:$port ($waited of at most $limit s)"
  sleep 2
done
echo "$title at $host:$port answers"`;

/** Command of an init container that waits for a port, says for what, and gives up after a time. */
export function waitCommand(to: Endpoint, seconds: number): string[] {
  return ['sh', '-c', SCRIPT, 'wait', to.title, to.host, String(to.port), String(seconds)];
}
