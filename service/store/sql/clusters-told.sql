select clusters, heard_at from clusters_told
