#!/usr/bin/env python3
# A loopback proxy before a log that loses the answer to the first POST: lose_answer.py PORT URL
"""The log has the entry then, and a client that asks again gets to know what it says to a second one.

Each request is printed with the status that the log gave, lost or not.
"""
import http.server
import sys
import urllib.error
import urllib.request

PORT, TARGET = int(sys.argv[1]), sys.argv[2]


class Proxy(http.server.BaseHTTPRequestHandler):
    lost = False

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])) if self.command == "POST" else None
        request = urllib.request.Request(TARGET + self.path, body, {"Content-Type": "application/json"}, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        print(self.command, answer.status, flush=True)
        if self.command == "POST" and not Proxy.lost:
            Proxy.lost = True
            self.send_error(502)
            return
        text = answer.read()
        self.send_response(answer.status)
        for name in ("Content-Type", "Location"):
            if name in answer.headers:
                self.send_header(name, answer.headers[name])
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = forward

    def log_message(self, *arguments: object) -> None:
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Proxy).serve_forever()
