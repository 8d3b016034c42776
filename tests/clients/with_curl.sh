#!/bin/sh
# curl: -C - goes on with a download that was broken off, -z asks whether a copy is still good.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
curl --silent --fail --remote-time --output "$folder/whole" "$1/events.csv"
head -c 1000 "$folder/whole" > "$folder/part"
curl --silent --fail --continue-at - --output "$folder/part" "$1/events.csv"
cmp "$folder/whole" "$folder/part"
test "$(curl --silent --output /dev/null --write-out '%{http_code}' --time-cond "$folder/whole" "$1/events.csv")" = 304
curl --version | head -n 1 | cut -d ' ' -f 1,2
