// Tsa: RFC 3161 over HTTP, with the pages of Sigstore's timestamp-authority.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/services.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::string_view kQueryType = "application/timestamp-query";

crypto::CertificateRequest request_for(const std::string& name, const crypto::PublicKey& key,
                                       Timestamp now) {
  return {.common_name = name,
          .organization = "mpk sandbox",
          .key = key,
          .not_before = now.plus_seconds(-kDay),
          .not_after = now.plus_seconds(3650 * kDay)};
}

bool is_query(const http::ServerRequest& request) {
  const auto type = request.headers.get("Content-Type").value_or("");
  return iequals_ascii(trim(std::string_view(type).substr(0, type.find(';'))), kQueryType);
}

}  // namespace

Result<std::unique_ptr<Tsa>> Tsa::create(const Clock& clock, const Faults& faults) {
  const auto now = clock.now();
  const auto root_key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto root_request = request_for("mpk sandbox tsa root", root_key.public_key(), now);
  root_request.ca = true;
  auto root = TRY(crypto::issue_certificate(root_request, {root_key, {}}));
  auto key = TRY(crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256));
  auto request = request_for("mpk sandbox tsa", key.public_key(), now);
  request.digital_signature = true;
  request.time_stamping = true;
  auto leaf = TRY(crypto::issue_certificate(request, {root_key, root}));
  return std::unique_ptr<Tsa>(
      new Tsa(std::move(key), {std::move(leaf), std::move(root)}, clock, faults));
}

http::ServerResponse Tsa::handle(const http::ServerRequest& request) const {
  if (request.path == "/healthz" || request.path == "/ping") {
    return json_answer(200, {{"status", "SERVING"}});
  }
  if (faults_.tsa_unavailable) return rpc_error(503, "the time-stamping authority is away");
  if (request.path == "/api/v1/timestamp/certchain") {
    return text_answer("application/pem-certificate-chain", chain_[0].pem() + chain_[1].pem());
  }
  if (request.path != "/api/v1/timestamp") return rpc_error(404, "no such page: " + request.path);
  if (request.method != "POST") return rpc_error(405, "only POST");
  if (!is_query(request)) return rpc_error(415, "expected " + std::string(kQueryType));
  const auto token = [&]() -> Result<Bytes> {
    const auto query = TRY(request.body(limits::kApiResponse));
    return crypto::make_timestamp_response(as_bytes(query), key_, chain_,
                                           clock_.now().plus_seconds(faults_.tsa_offset_seconds));
  }();
  if (!token) return rpc_error(token.error());
  auto answer = text_answer("application/timestamp-reply", std::string(as_text(*token)));
  answer.status = 201;  // as timestamp-authority does
  return answer;
}

}  // namespace mpk::sandbox
