// Answers of the Sigstore services.
#include "sandbox/answer.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

// google.rpc.Code, as grpc-gateway maps it to HTTP.
int rpc_code(int status) {
  switch (status) {
    case 401:
      return 16;  // UNAUTHENTICATED
    case 404:
      return 5;  // NOT_FOUND
    case 405:
      return 12;  // UNIMPLEMENTED
    case 409:
      return 6;  // ALREADY_EXISTS
    case 413:
      return 8;  // RESOURCE_EXHAUSTED
    case 500:
      return 13;  // INTERNAL
    case 502:
    case 503:
      return 14;  // UNAVAILABLE
    default:
      return 3;  // INVALID_ARGUMENT
  }
}

}  // namespace

http::ServerResponse json_answer(int status, const Json& body) {
  http::ServerResponse response;
  response.status = status;
  response.body = json::compact(body);
  return response;
}

http::ServerResponse text_answer(std::string content_type, std::string body) {
  http::ServerResponse response;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

http::ServerResponse rpc_error(int status, std::string_view message) {
  Json body;
  body["code"] = rpc_code(status);
  body["message"] = printable(message);
  body["details"] = Json::array();
  return json_answer(status, body);
}

http::ServerResponse rpc_error(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::unauthorized:
      return rpc_error(401, error.text());
    case ErrorKind::too_large:
      return rpc_error(413, error.text());
    case ErrorKind::internal:
    case ErrorKind::io:
      return rpc_error(500, error.text());
    default:
      return rpc_error(400, error.text());
  }
}

}  // namespace mpk::sandbox
