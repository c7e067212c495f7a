select cluster, answered_at as "answeredAt", why from cluster_utilisation
