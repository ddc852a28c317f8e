# In a container of its own beside the volume of Redis: makes of the snapshot on standard input the append-only file that
# Redis starts from, in the folder /data/restoring, and prints the photos that are in it. What Redis has is not touched.
#
# Redis reads no snapshot while it keeps an append-only file, so the snapshot is loaded without one, which is then
# turned on: it is written from what is in memory. Nobody but us can reach the server that does it: it has no port.
set -eu
unset REDISCLI_AUTH
server() { redis-cli -s /tmp/redis.sock --raw "$@"; }
persistence() { server info persistence | tr -d '\r' | sed -n "s/^$1://p"; }

rm -rf /data/restoring
mkdir /data/restoring
cd /data/restoring
cat > snapshot.rdb
redis-check-rdb snapshot.rdb >&2
redis-server --dir /data/restoring --dbfilename snapshot.rdb --port 0 --unixsocket /tmp/redis.sock --save "" --appendonly no >&2 &
until [ "$(server ping 2>&1)" = PONG ]; do kill -0 $!; sleep 0.1; done
server --scan --pattern 'critic:photo:*' --count 1000
[ "$(server config set appendonly yes)" = OK ]
until [ "$(persistence aof_rewrite_in_progress)$(persistence aof_rewrite_scheduled)" = 00 ]; do sleep 0.1; done
[ "$(persistence aof_last_bgrewrite_status)" = ok ]
server shutdown
wait
rm snapshot.rdb
