// The five bytes before a gRPC message, and the trailers behind it; without a network.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "http/grpc.hpp"

namespace mpk::http {

/// Compressed-Flag 0, length, message (gRPC over HTTP/2: Length-Prefixed-Message).
std::string grpc_frame(BytesView message);

/// The answer of a unary call: HTTP status, header fields with the trailers, body. malformed: see
/// call_grpc.
Result<GrpcReply> read_grpc_answer(long status, const Headers& fields, BytesView body);

}  // namespace mpk::http
