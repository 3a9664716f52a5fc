// CtLog: signs every precertificate that it is shown and stores none (RFC 6962 §4.2).
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/services.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

constexpr std::string_view kPoison = "1.3.6.1.4.1.11129.2.4.3";

Result<crypto::Certificate> read_certificate(const json::Field& field) {
  return crypto::Certificate::from_der(TRY(field.base64())).with(field.path());
}

struct Submission {
  crypto::Certificate precertificate;
  crypto::PublicKey issuer_key;
};

Result<Submission> read_submission(const http::ServerRequest& request) {
  const auto text = TRY(request.body(limits::kApiResponse));
  const Json document = TRY(json::parse(text));
  const json::Field root(document);
  TRY(root.only({"chain"}));
  const auto chain = TRY(root.items("chain"));
  if (chain.size() < 2) return root.error("expected a chain of precertificate and issuer");
  auto precertificate = TRY(read_certificate(chain[0]));
  const auto issuer = TRY(read_certificate(chain[1]));
  if (!precertificate.extension(kPoison)) {
    return chain[0].error("no precertificate: the poison extension is missing");
  }
  if (precertificate.issuer() != issuer.subject()) {
    return chain[1].error("not the issuer of the precertificate");
  }
  return Submission{std::move(precertificate), TRY(issuer.public_key())};
}

}  // namespace

http::ServerResponse CtLog::handle(const http::ServerRequest& request) const {
  if (request.path == "/healthz") return json_answer(200, {{"status", "SERVING"}});
  if (request.path != "/ct/v1/add-pre-chain") {
    return rpc_error(404, "no such page: " + request.path);
  }
  if (request.method != "POST") return rpc_error(405, "only POST");
  const auto answer = [&]() -> Result<Json> {
    const auto submission = TRY(read_submission(request));
    const auto sct = TRY(submit(submission.precertificate, submission.issuer_key));
    return Json{{"sct_version", 0},
                {"id", base64_encode(sct.id)},
                {"timestamp", sct.timestamp_ms},
                {"extensions", ""},
                {"signature", base64_encode(sct.signature)}};
  }();
  return answer ? json_answer(200, *answer) : rpc_error(answer.error());
}

Result<crypto::SignedSct> CtLog::submit(const crypto::Certificate& precertificate,
                                        const crypto::PublicKey& issuer_key) const {
  // Garbage: well formed and signed by the right log, but about a certificate of another issuer.
  const auto& about = faults_.garbage_sct ? key_.public_key() : issuer_key;
  return crypto::sign_sct(precertificate, about, key_, clock_.now());
}

}  // namespace mpk::sandbox
