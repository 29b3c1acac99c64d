#!/bin/sh
echo "$POD_NAME answers $REMOTE_ADDR" >&2
printf 'Content-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n\r\n'
exec sed -e "s/{{pod}}/$POD_NAME/g; s/{{ip}}/$POD_IP/g; s/{{node}}/$NODE_NAME/g; s/{{note}}//g" /page.html
