// Channel: what is true of every message, however it came.
#include "agent/channel.hpp"

#include "agent/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

namespace mpk::agent {

Result<Json> Channel::parse_message(std::string_view text) {
  received_ += text.size();
  if (received_ > limits::kList) {
    return Error(ErrorKind::too_large, "the server's answers together are over the limit of " +
                                           std::to_string(limits::kList) + " bytes");
  }
  auto message = json::parse(text, {.max_bytes = limits::kMessage});
  if (!message) {
    auto error = std::move(message).error();
    const auto kind = error.kind() == ErrorKind::too_large ? error.kind() : ErrorKind::malformed;
    return Error(kind, "the server's message is no JSON: " + error.message());
  }
  if (!message->is_object())
    return Error(ErrorKind::malformed, "the server's message is no JSON-RPC object");
  return message;
}

Result<bool> Channel::answers(const Json& message, const Json& request) {
  const auto version = message.find("jsonrpc");
  if (version == message.end() || *version != Json("2.0"))
    return Error(ErrorKind::malformed, "the server's message is not JSON-RPC 2.0");
  if (message.contains("method")) return false;
  const bool has_result = message.contains("result"), has_error = message.contains("error");
  if (has_result == has_error) {
    return Error(ErrorKind::malformed,
                 "the server's response has neither a result nor an error, or both");
  }
  const auto id = message.find("id");
  // JSON-RPC 2.0 §5: an error about a request that could not be read has no id.
  if (has_error && (id == message.end() || id->is_null())) return true;
  if (id == message.end() || *id != request.at("id")) {
    return Error(ErrorKind::malformed,
                 "the server answers request " +
                     printable(id == message.end() ? "?" : json::compact(*id), 40) + ", expected " +
                     json::compact(request.at("id")));
  }
  return true;
}

}  // namespace mpk::agent
