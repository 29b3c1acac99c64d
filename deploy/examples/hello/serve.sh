#!/bin/sh
# The first process of a container ends on SIGTERM only if it says how.
trap 'exit 0' TERM INT
echo "$POD_NAME listens on ${POD_IP:-*}:8080"
httpd -f -p 8080 -h /www &
wait
