# In the running container of Redis: writes a snapshot of this moment beside the append-only file, as /data/$1.
set -eu
persistence() { redis-cli info persistence | tr -d '\r' | sed -n "s/^$1://p"; }

before=$(persistence rdb_saves)
redis-cli bgsave schedule >&2  # after a running rewrite of the append-only file
until [ "$(persistence rdb_saves)" != "$before" ] && [ "$(persistence rdb_bgsave_in_progress)" = 0 ]; do sleep 0.1; done
[ "$(persistence rdb_last_bgsave_status)" = ok ] || { echo "Redis could not write a snapshot: its log says why" >&2; exit 1; }
mv /data/dump.rdb "/data/$1"
redis-check-rdb "/data/$1"
