# A registry between a program and a real one that fails a tenth of the requests: errors, hang-ups, silence.
"""flaky_registry.py UPSTREAM_PORT SHARE SEED: prints its own port, then serves until it is killed."""
import http.client
import random
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Flaky(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream = 0
    share = 0.0
    dice = random.Random()

    def log_message(self, *_arguments: object) -> None:
        pass

    def fails(self) -> bool:
        if self.dice.random() >= self.share:
            return False
        how = self.dice.choice(["error", "busy", "hang up", "half", "silence"])
        self.close_connection = True
        if how == "silence":
            time.sleep(6)  # longer than anybody waits for an answer of the gate
        if how in ("silence", "hang up"):
            return True
        self.send_response({"error": 500, "busy": 503, "half": 200}[how])
        self.send_header("Content-Length", "1000")
        self.end_headers()
        if how != "half":
            self.wfile.write(b" " * 1000)
        else:
            self.wfile.write(b"{")
        return True

    def do_GET(self) -> None:
        if self.fails():
            return
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        headers["Host"] = self.headers["Host"]
        connection.request(self.command, self.path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "keep-alive", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        connection.close()

    do_HEAD = do_GET


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, _request: object, _address: object) -> None:
        pass  # the other end has gone


if __name__ == "__main__":
    Flaky.upstream, Flaky.share = int(sys.argv[1]), float(sys.argv[2])
    Flaky.dice = random.Random(int(sys.argv[3]))
    server = Server(("127.0.0.1", 0), Flaky)
    print(server.server_port, flush=True)
    server.serve_forever()
