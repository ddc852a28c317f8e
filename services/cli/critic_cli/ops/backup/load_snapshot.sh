# In a container with the volume of Redis: turns the snapshot on standard input into an append-only file in
# /data/restoring, ready for Redis to start from, and prints the keys of its photos. The current data stays untouched.
#
# Redis reads no snapshot while the append-only file is on, so a temporary server loads the snapshot without one and then
# turns it on, which writes it from memory. That server has no port: nothing else can reach it.
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
