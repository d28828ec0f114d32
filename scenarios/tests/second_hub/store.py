"""The store: every object as a JSON document, in memory and, with a directory, in SQLite beside it.

For: losing nothing that was acknowledged when the process is killed (DEL-02); the answer leaves after the commit.
Not: a database to query: this hub looks things up in dictionaries.
"""

import json
import pathlib
import sqlite3
import tempfile

KINDS = ("folder", "case", "event", "notification", "subscription", "organization", "process", "token")


class Store:
    """Dictionaries by kind, written through."""

    def __init__(self, directory=None, forgets=()):
        self.forgets = forgets
        if directory:
            self.root = pathlib.Path(directory).resolve()
            self.root.mkdir(parents=True, exist_ok=True)
            self.base = sqlite3.connect(self.root / "hub.sqlite", isolation_level=None)
            self.base.execute("PRAGMA journal_mode=WAL")
            self.base.execute("PRAGMA synchronous=OFF")
            self.base.execute("CREATE TABLE IF NOT EXISTS thing (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id))")
        else:
            self.holder = tempfile.TemporaryDirectory(prefix="second-hub-")
            self.root = pathlib.Path(self.holder.name)
            self.base = None
        self.files = self.root / "files"
        self.files.mkdir(exist_ok=True)
        self.things = {kind: {} for kind in KINDS}
        self.changed = {}
        if self.base:
            for kind, key, body in self.base.execute("SELECT kind, id, body FROM thing"):
                self.things[kind][key] = json.loads(body)

    def __getitem__(self, kind):
        return self.things[kind]

    def put(self, kind, thing, key=None):
        """Keeps an object; call it again after each change."""
        key = key or thing["id"]
        self.things[kind][key] = thing
        self.changed[kind, key] = True
        return thing

    def drop(self, kind, key):
        self.things[kind].pop(key, None)
        self.changed[kind, key] = False

    def commit(self):
        """Makes what was put and dropped durable."""
        changed, self.changed = self.changed, {}
        if not self.base or not changed:
            return
        self.base.execute("BEGIN")
        for (kind, key), kept in changed.items():
            if kind in self.forgets:
                continue
            if kept and key in self.things[kind]:
                self.base.execute("INSERT OR REPLACE INTO thing VALUES (?, ?, ?)",
                                  (kind, key, json.dumps(self.things[kind][key])))
            else:
                self.base.execute("DELETE FROM thing WHERE kind = ? AND id = ?", (kind, key))
        self.base.execute("COMMIT")
