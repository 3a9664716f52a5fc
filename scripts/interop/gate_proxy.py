"""Forwards TCP connections, each to the port of 127.0.0.1 that a file names when it comes: gate_proxy.py ADDRESS PORT FILE"""

import socket
import sys
import threading


def pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        sink.close()


def main() -> None:
    address, port, target = sys.argv[1:]
    with socket.create_server((address, int(port))) as server:
        while True:
            client, _ = server.accept()
            with open(target, encoding="ascii") as file:
                replica = socket.create_connection(("127.0.0.1", int(file.read())))
            for pair in ((client, replica), (replica, client)):
                threading.Thread(target=pump, args=pair, daemon=True).start()


main()
