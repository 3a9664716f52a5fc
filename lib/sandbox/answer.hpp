// Answers of the Sigstore services: JSON, plain text, and errors in the form of grpc-gateway.
#pragma once

#include "base/error.hpp"
#include "http/server.hpp"
#include "json/value.hpp"

#include <string>
#include <string_view>

namespace mpk::sandbox {

http::ServerResponse json_answer(int status, const Json& body);
http::ServerResponse text_answer(std::string content_type, std::string body);

/// {"code":3,"message":"…","details":[]}: the gRPC code that belongs to the HTTP status.
http::ServerResponse rpc_error(int status, std::string_view message);
/// 401 for unauthorized, 413 for too_large, 500 for internal and io, else 400.
http::ServerResponse rpc_error(const Error& error);

}  // namespace mpk::sandbox
