#!/usr/bin/env python3
"""Hands out the files of a directory as a registry would hand out manifests; prints the port it took."""
import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    def guess_type(self, path):
        return "application/vnd.oci.image.manifest.v1+json"


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=sys.argv[1]))
print(server.server_port)
server.serve_forever()
