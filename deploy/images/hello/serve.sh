#!/bin/sh
# Serves the page on port 8080 (or $PORT) until it is told to stop. As process 1 a shell gets no default signals, hence the trap.
trap 'kill "$server"; exit 0' TERM INT
httpd -f -p "${PORT:-8080}" -h /www &
server=$!
echo "$(hostname) serves on port ${PORT:-8080}"
wait "$server"
