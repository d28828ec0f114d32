#!/bin/sh
# A clamd for the test of the real antivirus: Debian's clamav-daemon, with EICAR as its only signature (Debian ships no
# signature, and freshclam needs the network). Run it, then: ETALON_CLAMD=127.0.0.1:3310 cargo nextest run -p reference-hub
#   tests/clamd.sh [PORT]     stops with Ctrl-C; everything it writes is in a temporary directory.
set -eu
port=${1:-3310}
directory=$(mktemp -d)
clamd_process=
trap '[ -z "$clamd_process" ] || kill "$clamd_process"; rm -rf "$directory"' EXIT
trap 'exit 0' INT TERM
mkdir "$directory/signatures"
# In hexadecimal, so that no antivirus takes this script for the test file.
printf 'Eicar-Test:0:*:%s%s%s\n' \
    58354f2150254041505b345c505a58353428505e2937434329377d24 \
    45494341522d5354414e444152442d414e544956495255532d54 \
    4553542d46494c452124482b482a > "$directory/signatures/eicar.ndb"
cat > "$directory/clamd.conf" <<CONF
DatabaseDirectory $directory/signatures
TCPSocket $port
TCPAddr 127.0.0.1
TemporaryDirectory $directory
Foreground yes
User $(id -un)
StreamMaxLength 1100M
MaxFileSize 1100M
MaxScanSize 1100M
AlertExceedsMax yes
CONF
# In the background, so that a request to stop reaches this script, which stops it.
clamd --config-file="$directory/clamd.conf" &
clamd_process=$!
wait "$clamd_process"
