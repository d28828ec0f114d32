"""The target file: how to reach this hub, what its owner allows, and every role's credentials.

For: `--write-target`, and the restart command of a hub that keeps its data.
Not: the hub's own configuration; it never reads this file back.
"""

import json
import shlex
import sys
from pathlib import Path

from . import routes, seed


def _text(value):
    return json.dumps(value, ensure_ascii=False)


def _lines(hub, address):
    options = hub.options
    yield f"""\
[hub]
name = "Second hub"
version = "1.2.7"
contract = {_text(options.contract)}
teledossiers_url = "{address}{routes.TELEDOSSIERS}"
referential_url = "{address}{routes.REFERENTIAL}"
token_url = "{address}{routes.TOKEN}"

[limits]
delivery = "10s"
scan = "10s"
quiet = "2s"

[may]
send_eicar = true
upload_up_to = "20MB"
change_referential = true"""
    if options.data:
        yield f'restart_command = {_text("sh " + shlex.quote(str(hub.store.root / "restart.sh")))}'
    yield f"""
[sandbox]
process = "{seed.SANDBOX}"
organization = "SI-21380544300016-38544"
attachment_type = "document"

[not_offered]
"MAIL" = "this hub sends no mail"
"CLOCK" = "this hub's clock is the machine's"
"TLS" = "this hub listens on the machine itself\""""
    if not options.data:
        yield '"RESTART" = "this hub keeps nothing"'
    for one in hub.credentials.values():
        organization = ", ".join(f"{name} = {_text(value)}" for name, value in one.organization.items())
        yield f"""
[[credential]]
name = {_text(one.name)}
scope = "{one.scope}"
client_id = {_text(one.client)}
client_secret = {_text(one.secret)}
organization = {{ {organization} }}
processes = {_text(list(one.processes))}"""


def write(hub, path, address):
    """Writes the target file."""
    Path(path).write_text("\n".join(_lines(hub, address)) + "\n", encoding="utf-8")


def write_restart(hub, port, arguments):
    """A script that kills this hub and starts it again on the same port, with the same data."""
    root = hub.store.root
    package = Path(__file__).resolve().parent.parent
    again = " ".join(shlex.quote(one) for one in (sys.executable, "-m", "second_hub", *arguments,
                                                  "--data", str(root), "--port", str(port)))
    (root / "restart.sh").write_text(f"""\
#!/bin/sh
# Kills the hub and starts it again; ends once it answers, or after ten seconds.
kill -9 "$(cat {shlex.quote(str(root))}/pid)" 2>/dev/null
cd {shlex.quote(str(package))} || exit 1
nohup {again} >>{shlex.quote(str(root))}/log 2>&1 </dev/null &
tries=0
while [ $tries -lt 100 ]; do
    sleep 0.1
    {shlex.quote(sys.executable)} -c 'import socket; socket.create_connection(("127.0.0.1", {port}), 1)' \\
        2>/dev/null && exit 0
    tries=$((tries + 1))
done
exit 1
""", encoding="utf-8")
