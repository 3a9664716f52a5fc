// SPIFFE: a JWT-SVID from the Workload API, whose socket the agent puts on the machine.
#include "base/protozero.hpp"
#include "base/text.hpp"
#include "oidc/sources.hpp"

namespace mpk::oidc {
namespace {

constexpr const char* kUsualSocket = "tmp/spire-agent/public/api.sock";
constexpr int kPermissionDenied = 7;

std::string endpoint(const Surroundings& around) {
  return around.env.get("SPIFFE_ENDPOINT_SOCKET")
      .value_or("unix://" + (around.root / kUsualSocket).string());
}

Presence presence(const Surroundings& around) {
  if (around.env.get("SPIFFE_ENDPOINT_SOCKET")) return Presence::named;
  std::error_code ignored;
  return std::filesystem::is_socket(around.root / kUsualSocket, ignored) ? Presence::found
                                                                         : Presence::absent;
}

// workload.proto: JWTSVIDRequest{audience = 1}
Bytes request_message(const std::string& audience) {
  std::string message;
  protozero::pbf_writer(message).add_string(1, audience);
  return to_bytes(message);
}

// workload.proto: JWTSVIDResponse{svids = 1}, JWTSVID{spiffe_id = 1, svid = 2}. Of several the
// first is the workload's default (SPIFFE Workload API §6.1).
Result<std::string> first_svid(const Bytes& message) {
  const auto text = as_text(message);
  try {
    protozero::pbf_reader response(text.data(), text.size());
    while (response.next(1, protozero::pbf_wire_type::length_delimited)) {
      auto svid = response.get_message();
      while (svid.next(2, protozero::pbf_wire_type::length_delimited)) return svid.get_string();
      return Error(ErrorKind::malformed, "the SPIFFE agent's answer: an SVID without a token");
    }
  } catch (const std::exception&) {
    return Error(ErrorKind::malformed, "the SPIFFE agent's answer: not a JWTSVIDResponse");
  }
  return Error(ErrorKind::malformed, "the SPIFFE agent's answer: no SVID");
}

Result<std::string> token(const Surroundings& around, const std::string& audience) {
  // The metadata keeps web pages away from the socket (SPIFFE Workload Endpoint §6.1).
  const http::GrpcCall call{.endpoint = endpoint(around),
                            .method = "/SpiffeWorkloadAPI/FetchJWTSVID",
                            .metadata = {{"workload.spiffe.io", "true"}},
                            .message = request_message(audience)};
  auto reply = around.call_grpc(call, around.cancel);
  if (!reply) {
    auto error = std::move(reply).error().with("the SPIFFE agent");
    if (error.kind() == ErrorKind::network) {
      return std::move(error).with_hint(
          "is the agent running, and does SPIFFE_ENDPOINT_SOCKET name its socket?");
    }
    return error;
  }
  if (reply->status == kPermissionDenied) {
    return Error(
        ErrorKind::denied,
        "the SPIFFE agent has no identity for this process: " + printable(reply->details, 200),
        "register the workload with the server (spire-server entry create)");
  }
  if (reply->status != 0) {
    return Error(ErrorKind::network, "the SPIFFE agent answered " +
                                         http::grpc_status_name(reply->status) + ": " +
                                         printable(reply->details, 200));
  }
  return first_svid(reply->message);
}

}  // namespace

const Source kSpiffe = {
    .name = "spiffe", .label = "the SPIFFE agent", .presence = presence, .fetch = token};

}  // namespace mpk::oidc
