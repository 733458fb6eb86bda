"""A small API server: the REST paths that are used here, on a real socket, behind a token."""

import json
import threading
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import yaml

TOKEN = "a-token-of-the-test"


class FakeApi:
    """*answers* maps paths to bodies, or to a status of refusal. What is posted to a collection of
    ``rayjobs`` is kept there, and every change of it reaches those who watch."""

    def __init__(self):
        self.answers = {}
        self.forbidden = False
        """Who asks has no rights at all."""
        self.posted = []
        self.asked = set()
        """Resources of a namespace, each with the verb that RBAC has for what was done."""
        self.changed = threading.Condition()
        self.objects = defaultdict(dict)
        self.events = defaultdict(list)

    def put(self, collection, event, thing):
        """Keep an object and tell the watchers."""
        with self.changed:
            name = thing["metadata"]["name"]
            if event == "DELETED":
                self.objects[collection].pop(name, None)
            else:
                self.objects[collection][name] = thing
            self.events[collection].append({"type": event, "object": thing})
            self.changed.notify_all()

    def update(self, collection, name, **status):
        thing = self.objects[collection][name]
        self.put(collection, "MODIFIED", {**thing, "status": {**thing.get("status", {}), **status}})


class Handler(BaseHTTPRequestHandler):
    api: FakeApi

    def do_GET(self):
        if not self.known():
            return
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        folder, _, name = url.path.rpartition("/")
        if url.path.endswith("/rayjobs"):
            if query.get("watch") == "true":
                self.stream(url.path, query)
            else:
                self.say(200, {"items": list(self.api.objects[url.path].values())})
        elif folder.endswith("/rayjobs"):
            found = self.api.objects[folder].get(name)
            self.say(200, found) if found else self.refuse(404)
        else:
            self.answer(url.path, query)

    def do_POST(self):
        if not self.known():
            return
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.api.posted.append((self.path, body))
        if not self.path.endswith("/rayjobs"):
            self.answer(self.path, body)
        elif body["metadata"]["name"] in self.api.objects[self.path]:
            self.refuse(409)
        else:
            self.api.put(self.path, "ADDED", body)
            self.say(201, body)

    def do_DELETE(self):
        if not self.known():
            return
        folder, _, name = urlsplit(self.path).path.rpartition("/")
        found = self.api.objects[folder].get(name)
        if found is None:
            self.refuse(404)
        else:
            self.api.put(folder, "DELETED", found)
            self.say(200, {"status": "Success"})

    def answer(self, path, asked):
        found = self.api.answers.get(path, 404)
        if callable(found):
            found = found(asked)
        self.refuse(found) if isinstance(found, int) else self.say(200, found)

    def stream(self, path, query):
        """Every event from the first on, until an object is over or half a minute has passed."""
        self.send_response(200)
        self.end_headers()
        _, _, name = query.get("fieldSelector", "").partition("metadata.name=")
        told, events = 0, self.api.events[path]
        while True:
            with self.api.changed:
                if not self.api.changed.wait_for(lambda seen=told: len(events) > seen, 30):
                    return
                new, told = events[told:], len(events)
            for event in new:
                if name and event["object"]["metadata"]["name"] != name:
                    continue
                self.wfile.write(json.dumps(event).encode() + b"\n")
                self.wfile.flush()

    def known(self):
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.refuse(401)
        elif self.api.forbidden:
            self.refuse(403)
        else:
            self.note()
            return True
        return False

    def note(self):
        """As RBAC has it: GET of a name is get, of a collection list or watch."""
        url = urlsplit(self.path)
        _, _, inner = url.path.partition("/namespaces/")
        _, *place = inner.split("/")
        if not place:
            return
        verb = {"POST": "create", "DELETE": "delete", "GET": "get"}[self.command]
        if self.command == "GET" and len(place) == 1:
            verb = "watch" if "watch=true" in url.query else "list"
        self.api.asked.add(("/".join([place[0], *place[2:]]), verb))

    def refuse(self, status):
        self.say(status, {"kind": "Status", "message": f"refused with {status}", "code": status})

    def say(self, status, body):
        text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


@contextmanager
def fake_cluster(folder, namespace="people"):
    """Yields the fake and the kubeconfig that leads to it."""
    api = FakeApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"api": api}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place = {"name": "fake", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "fake",
        "clusters": [place],
        "users": [{"name": "me", "user": {"token": TOKEN}}],
        "contexts": [
            {"name": "fake", "context": {"cluster": "fake", "user": "me", "namespace": namespace}}
        ],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    try:
        yield api, str(path)
    finally:
        server.shutdown()
        server.server_close()
