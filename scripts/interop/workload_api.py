#!/usr/bin/env python3
# A SPIFFE Workload API on a Unix socket, by grpcio: FetchJWTSVID with a token of the sandbox's issuer.
"""workload_api.py SOCKET ISSUER SUBJECT

Messages are put together by hand (workload.proto), so that nothing has to be generated:
JWTSVIDRequest{audience=1}, JWTSVIDResponse{svids=1}, JWTSVID{spiffe_id=1, svid=2}. Calls without
the metadata that the SPIFFE Workload Endpoint asks for are refused, as every agent does.
"""
import concurrent.futures
import sys
import urllib.parse
import urllib.request

import grpc


def field(number: int, data: bytes) -> bytes:
    size, length = len(data), b""
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + data


def audience_of(message: bytes) -> str:
    if message[:1] != b"\x0a" or len(message) != 2 + message[1]:
        raise ValueError("not a JWTSVIDRequest with one short audience")
    return message[2:].decode()


def main() -> None:
    socket, issuer, subject = sys.argv[1:]

    def fetch(request: bytes, context: grpc.ServicerContext) -> bytes:
        if ("workload.spiffe.io", "true") not in context.invocation_metadata():
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "security header missing from request")
        if not subject:
            context.abort(grpc.StatusCode.PERMISSION_DENIED, "no identity issued")
        query = urllib.parse.urlencode({"sub": subject, "audience": audience_of(request)})
        token = urllib.request.urlopen(f"{issuer}/token?{query}").read()
        return field(1, field(1, subject.encode()) + field(2, token))

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
        "SpiffeWorkloadAPI", {"FetchJWTSVID": grpc.unary_unary_rpc_method_handler(fetch)}),))
    if server.add_insecure_port(f"unix:{socket}") == 0:
        sys.exit(f"{socket}: can't listen")
    server.start()
    print("ready", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    main()
