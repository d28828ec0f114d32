"""Plays the steps of action.yml and of deploy/gitlab/etalon.yml as their runners would: see deploy/try-pipelines."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import yaml

BINARY = pathlib.Path(sys.argv[1])
SOURCES = pathlib.Path.cwd()
# A rule of one family, so that each run takes seconds; the hub that does not conform breaks it.
FAMILY, FAULT = "NUM", "NUM-01"


def check(holds, what):
    print(("ok: " if holds else "WRONG: ") + what, flush=True)
    if not holds:
        sys.exit(1)


class Hub:
    """A hub served on loopback, and the target file that it wrote."""

    def __init__(self, place, name, *options):
        self.target = place / f"{name}.toml"
        command = [BINARY, "hub", "serve", "--listen", "127.0.0.1:0", "--write-target", self.target, *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.target.exists():
                return
            time.sleep(0.1)
        check(False, f"the hub {name} is served")


def step(script, directory, environment, shell=("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")):
    """Runs one step as a runner does; gives its exit code and what it wrote to GITHUB_OUTPUT."""
    output = directory / "output"
    output.write_text("")
    environment = {**os.environ, **environment, "GITHUB_OUTPUT": str(output)}
    run = subprocess.run([*shell, script], cwd=directory, env=environment, capture_output=True, text=True, check=False)
    said = dict(line.split("=", 1) for line in output.read_text().splitlines() if "=" in line)
    return run.returncode, said, run.stdout + run.stderr


def fake_release(place):
    """A `gh` that downloads the release of the tag v0.1.0: the binary and its digest."""
    programs = place / "programs"
    programs.mkdir()
    digest = hashlib.sha256(BINARY.read_bytes()).hexdigest()
    gh = programs / "gh"
    gh.write_text(
        "#!/bin/sh\n"
        '[ "$1 $2 $3" = "release download v0.1.0" ] || exit 1\n'
        f"cp {BINARY} etalon-x86_64-linux\n"
        f"echo '{digest}  etalon-x86_64-linux' >etalon-x86_64-linux.sha256\n"
    )
    gh.chmod(0o755)
    return programs


def github(place, hubs):
    action = yaml.safe_load((SOURCES / "action.yml").read_text())
    steps = {one["id"]: one for one in action["runs"]["steps"] if "run" in one}
    work = place / "github"
    work.mkdir()
    summary = work / "summary"
    known = {
        "inputs.version": "v0.1.0",
        "github.action_path": str(SOURCES / "deploy"),
        "github.token": "",
        "github.action_repository": "OWNER/etalon",
        "github.action_ref": "v0.1.0",
        "runner.os": "Linux",
        "runner.arch": "X64",
        "runner.temp": str(work),
        "inputs.args": f"--family {FAMILY}",
    }

    def play(name):
        values = {}
        for key, text in steps[name].get("env", {}).items():
            values[key] = re.sub(r"\$\{\{ *(\S+) *\}\}", lambda found: known[found[1]], text)
        values["PATH"] = f"{place / 'programs'}:{os.environ['PATH']}"
        values |= {"RUNNER_TEMP": str(work), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true"}
        code, said, text = step(steps[name]["run"], work, values)
        known.update({f"steps.{name}.outputs.{key}": value for key, value in said.items()})
        return code, said, text

    check(play("sources")[0] == 0, "GitHub: sources")
    check(play("install")[0] == 0, "GitHub: the release is fetched and its digest held")
    for name, hub, wanted in hubs:
        known["inputs.target"] = str(hub.target) if hub else str(work / "absent.toml")
        summary.write_text("")
        began = time.monotonic()
        code, said, text = play("certify")
        took = time.monotonic() - began
        check(code == wanted == int(said["exit-code"]), f"GitHub: {name} ends with {wanted} ({took:.1f} s)")
        check(("::error" in text) == (wanted != 0), f"GitHub: {name} is annotated as it must be")
        if hub:
            read = json.loads((pathlib.Path(said["report"]) / "report.json").read_text())
            check((read["verdict"] == "conforms") == (wanted == 0), f"GitHub: {name}: the artifact tells of this run")
            check(summary.read_text() != "", f"GitHub: {name}: the summary of the job is written")
        else:
            check(not (pathlib.Path(said["report"]) / "report.json").exists(), f"GitHub: {name}: no stale report")


def gitlab(place, hubs):
    text = (SOURCES / "deploy/gitlab/etalon.yml").read_text()
    declared, template = text.split("\n---\n", 1)
    inputs = yaml.safe_load(declared)["spec"]["inputs"]
    work = place / "gitlab"
    work.mkdir()
    (place / "programs" / "etalon").symlink_to(BINARY)
    for name, hub, wanted in hubs:
        values = {key: value.get("default", "") for key, value in inputs.items()}
        values |= {"image": "etalon:0.1.0", "args": f"--family {FAMILY}"}
        values["target"] = str(hub.target) if hub else "absent.toml"
        job = re.sub(r"\$\[\[ *inputs\.(\S+) *\]\]", lambda found: values[found[1]], template)
        job = yaml.safe_load(job)["etalon"]
        environment = {"PATH": f"{place / 'programs'}:{os.environ['PATH']}", "GITLAB_CI": "true"}
        began = time.monotonic()
        code, _, _ = step("\n".join(job["script"]), work, environment, shell=("sh", "-ec"))
        took = time.monotonic() - began
        check(code == wanted, f"GitLab: {name} ends with {wanted} ({took:.1f} s)")
        reports = job["artifacts"]["reports"]
        if hub:
            found = json.loads((work / reports["codequality"]).read_text())
            check(bool(found) == (wanted != 0), f"GitLab: {name}: {len(found)} findings")
            junit = (work / reports["junit"]).read_text()
            check(("<failure" in junit) == (wanted == 1), f"GitLab: {name}: the tests say so too")
        else:
            check("<failure" not in open_text(work / reports["junit"]), f"GitLab: {name}: no stale report")


def open_text(path):
    return path.read_text() if path.exists() else ""


with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    fake_release(place)
    whole, broken = Hub(place, "whole"), Hub(place, "broken", "--fault", FAULT)
    try:
        # The one that conforms comes before the one that cannot be read: what it left must not be collected again.
        hubs = [("a hub that does not conform", broken, 1), ("a hub that conforms", whole, 0), ("no target file", None, 2)]
        github(place, hubs)
        gitlab(place, hubs)
    finally:
        whole.process.terminate()
        broken.process.terminate()
