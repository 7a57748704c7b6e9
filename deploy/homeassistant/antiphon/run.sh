#!/bin/bash
# Starts the server with the add-on's options, and tells the Supervisor where it speaks Wyoming once it does, so that Home
# Assistant offers it by itself.
set -euo pipefail
options="${ANTIPHON_ADDON_OPTIONS:-/data/options.json}"

option() { jq --raw-output --arg name "$1" '.[$name] // empty' "$options"; }

# The voices that come with the program are prepared once, and kept in /data.
export ANTIPHON_VOICES_DEFAULT ANTIPHON_LOG_LEVEL ANTIPHON_WORKERS_COUNT
ANTIPHON_VOICES_DEFAULT=$(option voice)
ANTIPHON_LOG_LEVEL=$(option log_level)
ANTIPHON_WORKERS_COUNT=$(option workers)
# Wyoming knows no keys, so that every client that reaches its port may have it speak; HTTP stays on the loopback.
export ANTIPHON_WYOMING_LISTEN=0.0.0.0:10200 ANTIPHON_SERVER_ALLOW_ANONYMOUS=true

announce() {
  until antiphon probe --quiet 2>/dev/null; do sleep 1; done
  curl --silent --show-error --fail --max-time 10 --output /dev/null -X POST http://supervisor/discovery \
    -H "Authorization: Bearer $SUPERVISOR_TOKEN" -H 'Content-Type: application/json' \
    -d "{\"service\":\"wyoming\",\"config\":{\"uri\":\"tcp://$(hostname):10200\"}}" ||
    echo 'antiphon: the Supervisor did not take the discovery; add the Wyoming integration by hand' >&2
}

[[ -z ${SUPERVISOR_TOKEN:-} ]] || announce &
exec antiphon serve
