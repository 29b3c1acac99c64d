#!/bin/sh
# Which pod this is, as plain text: what the page asks for again and again.
printf 'Content-Type: text/plain\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n'
hostname
