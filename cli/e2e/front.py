#!/usr/bin/env python3
"""A registry in front of one on this machine: front.py PORT LOG [--monolithic]; prints its own port.

Each request is passed on, and noted in LOG: method, what it is about (blob, upload, manifest, other), bytes of its
body. --monolithic: a host that knows no PATCH.
"""
import http.client
import http.server
import re
import sys
import threading

target, log, monolithic = int(sys.argv[1]), open(sys.argv[2], "a", buffering=1), "--monolithic" in sys.argv
lock = threading.Lock()


def subject(path):
    found = re.search(r"/(blobs/uploads|blobs|manifests)/", path)
    return {"blobs/uploads": "upload", "blobs": "blob", "manifests": "manifest"}[found[1]] if found else "other"


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def note(self, size):
        with lock:
            log.write(f"{self.command} {subject(self.path)} {size}\n")

    def refuse(self):
        self.note(0)
        self.close_connection = True
        self.send_response(405)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    def handle_expect_100(self):
        if self.command == "PATCH" and monolithic:
            self.refuse()
            return False
        return super().handle_expect_100()

    def body(self, left):
        while left > 0:
            piece = self.rfile.read(min(left, 256 << 10))
            if not piece:
                raise ConnectionError("the body ended early")
            left -= len(piece)
            yield piece

    def pass_on(self):
        if self.command == "PATCH" and monolithic:
            self.refuse()
            return
        size = int(self.headers.get("Content-Length", 0))
        self.note(size)
        server = http.client.HTTPConnection("127.0.0.1", target)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        server.request(self.command, self.path, self.body(size) if size else None, headers)
        answer = server.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        while piece := answer.read(256 << 10):
            self.wfile.write(piece)
        server.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

    def send_response(self, code, message=None):
        self.send_response_only(code, message)

    def log_message(self, *_):
        pass


front = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
front.daemon_threads = True
print(front.server_port, flush=True)
front.serve_forever()
