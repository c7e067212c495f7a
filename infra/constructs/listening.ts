// Most servers listen on all addresses of either family, if they are told no address. Those that want to be told one:

const VARIABLE = 'POD_ADDRESSES';

/** Field of the pod that tells what addresses it has. */
export const POD_ADDRESSES = { [VARIABLE]: 'status.podIPs' };

/** The beginning of a shell script that sets LISTEN_ON: to all addresses of both families in a pod that has one of IPv6, of IPv4 in any other. */
export const LISTEN_ON = `case $${VARIABLE} in *:*) LISTEN_ON=:: ;; *) LISTEN_ON=0.0.0.0 ;; esac
export LISTEN_ON`;
