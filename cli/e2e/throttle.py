#!/usr/bin/env python3
"""Passes TCP connections on to a local port, so many MiB a second in all: throttle.py PORT RATE; prints its own port."""
import socket
import sys
import threading
import time


class Throttle:
    """`moved` counts the bytes that went through, both ways; a connection that breaks here or there ends on both sides."""

    def __init__(self, port: int, mib_per_second: float):
        self.target = ("127.0.0.1", port)
        self.rate = mib_per_second * (1 << 20)
        self.moved = 0
        self.next = 0.0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]

    def serve(self) -> None:
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.pass_on, args=(source, sink), daemon=True).start()

    def pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(32 << 10):
                time.sleep(self.wait_for(len(data)))
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def wait_for(self, size: int) -> float:
        with self.lock:
            self.moved += size
            now = time.monotonic()
            self.next = max(self.next, now) + size / self.rate
            return self.next - now


if __name__ == "__main__":
    throttle = Throttle(int(sys.argv[1]), float(sys.argv[2]))
    print(throttle.port, flush=True)
    throttle.serve()
