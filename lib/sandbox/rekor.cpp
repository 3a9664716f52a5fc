// Rekor: an append-only log in memory that answers as rekor-tiles does.
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/rekor_entry.hpp"
#include "sandbox/services.hpp"
#include "sigstore/note.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {

http::ServerResponse Rekor::handle(const http::ServerRequest& request) {
  if (request.path == "/healthz") return json_answer(200, {{"status", "SERVING"}});
  if (faults_.rekor_unavailable) return rpc_error(503, "the log is away");
  if (request.path == "/api/v2/log/entries") {
    return request.method == "POST" ? add_entry(request) : rpc_error(405, "only POST");
  }
  if (request.path == "/api/v2/checkpoint") {
    const std::lock_guard lock(mutex_);
    const auto note = checkpoint();
    return note ? text_answer("text/plain; charset=utf-8", *note) : rpc_error(note.error());
  }
  return rpc_error(404, "no such page: " + request.path);
}

Result<std::string> Rekor::checkpoint() const {
  return sigstore::sign_note(sigstore::checkpoint_text(origin_, tree_.size(), tree_.root()),
                             origin_, key_);
}

http::ServerResponse Rekor::add_entry(const http::ServerRequest& request) {
  const auto body = [&]() -> Result<std::string> {
    return entry_body(TRY(request.body(limits::kApiResponse)));
  }();
  if (!body) return rpc_error(body.error());
  const auto log_id = sigstore::note_key_id(origin_, key_.public_key());
  if (!log_id) return rpc_error(log_id.error());

  const std::lock_guard lock(mutex_);
  const auto [place, added] = indexes_.try_emplace(*body, tree_.size());
  if (!added) {
    auto refusal = rpc_error(409,
                             "an equivalent entry already exists in the transparency log "
                             "with index " +
                                 std::to_string(place->second));
    refusal.headers.set("x-log-index", std::to_string(place->second));
    return refusal;
  }
  const auto index = tree_.append(as_bytes(*body));
  if (faults_.rekor_lose_answer.exchange(false)) return rpc_error(502, "the answer was lost");
  const auto note = checkpoint();
  if (!note) return rpc_error(note.error());
  Json hashes = Json::array();
  for (const auto& hash : tree_.inclusion_proof(index)) hashes.push_back(base64_encode(hash));
  const Json proof = {{"logIndex", std::to_string(index)},
                      {"rootHash", base64_encode(tree_.root())},
                      {"treeSize", std::to_string(tree_.size())},
                      {"hashes", hashes},
                      {"checkpoint", {{"envelope", *note}}}};
  return json_answer(201, {{"logIndex", std::to_string(index)},
                           {"logId", {{"keyId", base64_encode(*log_id)}}},
                           {"kindVersion", {{"kind", "hashedrekord"}, {"version", "0.0.2"}}},
                           {"integratedTime", "0"},
                           {"inclusionPromise", nullptr},
                           {"inclusionProof", proof},
                           {"canonicalizedBody", base64_encode(as_bytes(*body))}});
}

}  // namespace mpk::sandbox
