"""The command: `python -m second_hub --port 0 --write-target FILE [--defect NAME] [--data DIR]`.

For: options, and starting and stopping one hub on 127.0.0.1.
Not: a service; it ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys

from aiohttp import web

from . import routes, target
from .choices import CHOICES
from .defects import DEFECTS, FREE_AFTER_ALL, NOT_YET_CAUGHT
from .hub import Hub


def arguments(given=None):
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="second_hub", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--write-target", metavar="FILE", help="write a target file with every role")
    parser.add_argument("--data", metavar="DIR", help="keep everything there, so that it survives the process")
    known = sorted([*DEFECTS, *NOT_YET_CAUGHT, *FREE_AFTER_ALL])
    parser.add_argument("--defect", action="append", default=[], choices=known, metavar="NAME",
                        help="switch one defect on (repeatable)")
    parser.add_argument("--list-defects", action="store_true", help="name, rules that ought to fail, what it is")
    parser.add_argument("--list-not-yet-caught", action="store_true", help="the defects that no rule fails by, yet")
    parser.add_argument("--contract", choices=("CI-SI-1.2.6", "PRES-2021"), default="CI-SI-1.2.6",
                        help="PRES-2021: no eventDetails, no overrides, caseNewStatus is informative")
    parser.add_argument("--usual", action="append", default=[], choices=sorted(CHOICES), metavar="CHOICE",
                        help="turn this choice back to the reference hub's way (repeatable)")
    parser.add_argument("--only", action="append", choices=sorted([*CHOICES, "none"]), metavar="CHOICE",
                        help="turn every choice back but this one (repeatable; none: all)")
    parser.add_argument("--list-choices", action="store_true", help="the names of the choices, and what they are")
    parser.add_argument("--token-life", type=int, default=3600, metavar="SECONDS")
    parser.add_argument("--revoke-older-tokens", action=argparse.BooleanOptionalAction, default=True,
                        help="a new token ends the application's older one")
    parser.add_argument("--lag", type=float, default=0.3, metavar="SECONDS", help="how late verdicts and sweeps are")
    parser.add_argument("--digest", action="store_true", help="downloads carry the digest header")
    options = parser.parse_args(given)
    if options.only:
        options.usual = sorted(set(CHOICES) - set(options.only))
    return options


def _kept(options):
    """The arguments that a restarted hub needs again."""
    again = ["--contract", options.contract, "--token-life", str(options.token_life),
             "--lag", str(options.lag)]
    again += [] if options.revoke_older_tokens else ["--no-revoke-older-tokens"]
    again += [word for name in options.usual for word in ("--usual", name)]
    again += ["--digest"] if options.digest else []
    return again + [word for name in options.defect for word in ("--defect", name)]


@contextlib.asynccontextmanager
async def running(options):
    """A hub that listens; gives the hub and its address."""
    hub = Hub(options)
    runner = web.AppRunner(routes.application(hub), access_log=None,
                           handler_cancellation=hub.broken("lost-with-the-caller"))
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", options.port, reuse_address=True)
        await site.start()
        port = runner.addresses[0][1]
        sweep = asyncio.create_task(hub.sweep_for_ever())
        if options.data:
            (hub.store.root / "pid").write_text(str(os.getpid()), encoding="ascii")
            target.write_restart(hub, port, _kept(options))
        yield hub, f"http://127.0.0.1:{port}"
        sweep.cancel()
    finally:
        await runner.cleanup()


async def serve(options):
    """Runs until a signal comes."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(options) as (hub, address):
        if options.write_target:
            target.write(hub, options.write_target, address)
        print(f"second hub on {address}", file=sys.stderr, flush=True)
        await stop.wait()


def main():
    options = arguments()
    if options.list_defects or options.list_not_yet_caught:
        for name, defect in (DEFECTS if options.list_defects else NOT_YET_CAUGHT).items():
            print(name, " ".join(defect.rules), defect.line, sep="\t")
        return
    if options.list_choices:
        for name, line in CHOICES.items():
            print(name, line, sep="\t")
        return
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
