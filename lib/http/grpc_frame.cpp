// gRPC answers: status first, then one message that must be whole.
#include "http/grpc_frame.hpp"

#include "base/text.hpp"
#include "base/url.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace mpk::http {
namespace {

constexpr std::size_t kPrefix = 5;

constexpr std::array<std::string_view, 17> kNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

Error malformed(std::string message) {
  return Error(ErrorKind::malformed, "gRPC answer: " + std::move(message));
}

}  // namespace

std::string grpc_status_name(int status) {
  const auto index = static_cast<std::size_t>(status);
  if (status >= 0 && index < kNames.size()) return std::string(kNames[index]);
  return "code " + std::to_string(status);
}

std::string grpc_frame(BytesView message) {
  std::string out(kPrefix, '\0');
  for (std::size_t i = 1; i < kPrefix; ++i) {
    out[i] =
        static_cast<char>(static_cast<std::uint8_t>(message.size() >> (8 * (kPrefix - 1 - i))));
  }
  out += as_text(message);
  return out;
}

Result<GrpcReply> read_grpc_answer(long status, const Headers& fields, BytesView body) {
  const auto type = fields.get("content-type").value_or("");
  if (status != 200 || !type.starts_with("application/grpc")) {
    return malformed("HTTP status " + std::to_string(status) + ", content type \"" +
                     printable(type, 60) + "\", expected 200 and application/grpc");
  }
  GrpcReply out;
  const auto code = parse_u64(fields.get("grpc-status").value_or(""));
  if (!code || *code > 1000) return malformed("no grpc-status: the server broke off");
  out.status = static_cast<int>(*code);
  const auto details = fields.get("grpc-message").value_or("");
  out.details = percent_decode(details).value_or(details);
  if (out.status != 0) return out;
  if (body.size() < kPrefix) return malformed("status 0 without a message");
  if (body[0] != 0) return malformed("a compressed message, which nobody asked for");
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < kPrefix; ++i) length = (length << 8U) | body[i];
  if (length != body.size() - kPrefix) {
    return malformed("a message of " + std::to_string(body.size() - kPrefix) +
                     " bytes that says it has " + std::to_string(length));
  }
  const auto message = body.subspan(kPrefix);
  out.message.assign(message.begin(), message.end());
  return out;
}

}  // namespace mpk::http
