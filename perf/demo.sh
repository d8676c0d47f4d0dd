#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures weft between two processes over libfabric's tcp provider: demo.sh <folder of the programs>
set -euo pipefail
bin=$1
said=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$said"' EXIT

free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}

# measure <label> <lat|thr> <size> <count> [option...]: one row, from the last line of whichever end reports.
measure() {
  local label=$1 what=$2 url
  shift 2
  url=ofi+tcp://127.0.0.1:$(free_port)
  timeout 60 "$bin/local_$what" "$url" "$@" >"$said/local" 2>&1 &
  if ! timeout 60 "$bin/remote_$what" "$url" "$@" >"$said/remote" 2>&1 || ! wait $!; then
    printf '%s failed:\n' "$label" >&2
    cat "$said/local" "$said/remote" >&2
    return 1
  fi
  printf '  %-28s %s\n' "$label" "$(tail -qn 1 "$said/remote" "$said/local" | grep . | paste -sd ' ')"
}

printf '\n  %-28s %s\n' "ofi+tcp, two processes" "result"
measure "64 B request and reply" lat 64 20000 --pattern reqrep
measure "64 B messages, one way" thr 64 1000000 --pattern pipeline
measure "1 MiB messages, one way" thr 1048576 2000 --pattern pipeline
