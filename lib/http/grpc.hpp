// gRPC: one unary call to a socket of this machine, without TLS (the SPIFFE Workload API).
#pragma once

#include "base/bytes.hpp"
#include "base/parallel.hpp"
#include "base/result.hpp"
#include "http/message.hpp"

#include <string>

namespace mpk::http {

struct GrpcCall {
  /// "unix:///run/agent.sock" or "tcp://127.0.0.1:8081" (SPIFFE Workload Endpoint §4). usage: else.
  std::string endpoint;
  std::string method;  // "/SpiffeWorkloadAPI/FetchJWTSVID"
  Headers metadata;
  Bytes message;  // protobuf
  unsigned timeout_seconds = 10;
};

/// What the server decided: status 0 comes with a message (gRPC over HTTP/2).
struct GrpcReply {
  int status = 0;       // 7: PERMISSION_DENIED
  std::string details;  // grpc-message, decoded
  Bytes message;
};

/// "PERMISSION_DENIED"; "code 99".
std::string grpc_status_name(int status);

/// Any status of the server is a success here. network, timeout, cancelled, too_large (over
/// limits::kApiResponse), malformed: not gRPC, or a message that is not one whole. Blocks;
/// thread-safe.
Result<GrpcReply> call_grpc(const GrpcCall& call, const CancelToken& cancel);

}  // namespace mpk::http
