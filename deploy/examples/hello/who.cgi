#!/bin/sh
printf 'Content-Type: application/json\r\nCache-Control: no-store\r\n\r\n{"pod":"%s","ip":"%s","node":"%s"}\n' "$POD_NAME" "$POD_IP" "$NODE_NAME"
