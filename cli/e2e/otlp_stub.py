#!/usr/bin/env python3
"""A collector that is no good: otlp_stub.py SEEN MODE [URL]; prints its port, writes each request to SEEN as a line.

good: takes everything. busy: 503 with Retry-After once, then good. full: rejects spans. elsewhere: sends to URL.
refusing: 400. broken: no JSON. endless: an answer without an end. gone: hangs up. late: answers in a minute.
"""
import http.server
import json
import sys
import threading
import time

seen, mode, url = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
lock = threading.Lock()
count = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"{}", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        global count
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        with lock:
            count += 1
            number = count
            with open(seen, "a", encoding="utf-8") as file:
                headers = {name.lower(): value for name, value in self.headers.items()}
                file.write(json.dumps({"method": self.command, "path": self.path, "headers": headers, "body": body}) + "\n")
        if mode == "good" or mode == "busy" and number > 1:
            self.answer(200)
        elif mode == "busy":
            self.answer(503, Retry_After="0")
        elif mode == "full":
            self.answer(200, b'{"partialSuccess":{"rejectedSpans":"2","errorMessage":"full \\u001b[31m"}}')
        elif mode == "elsewhere":
            self.answer(307, Location=url)
        elif mode == "refusing":
            self.answer(400, b"no\x1b[31m")
        elif mode == "broken":
            self.answer(200, b"\xff\x00<html>")
        elif mode == "endless":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"x" * 65536)
        elif mode == "late":
            time.sleep(60)
        self.close_connection = True

    do_GET = do_HEAD = do_POST = handle_any

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # a client that has enough


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
