// Rekor v1: an append-only log in memory that answers as rekor-server does.
#include "sandbox/rekor_v1.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/canonical.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/rekor_v1_entry.hpp"
#include "sigstore/note.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace mpk::sandbox {
namespace {

constexpr std::string_view kEntries = "/api/v1/log/entries";
// Any number; an entry's name begins with it, in hexadecimal.
constexpr std::string_view kTree = "3904496407287907110";
constexpr std::string_view kTreeHex = "362f8ecba72f4326";

http::ServerResponse refusal(int status, const std::string& message) {
  return json_answer(status, {{"code", status}, {"message", printable(message)}});
}

}  // namespace

http::ServerResponse RekorV1::handle(const http::ServerRequest& request) {
  if (request.path == "/ping" || request.path == "/healthz")
    return json_answer(200, {{"status", "SERVING"}});
  if (faults_.rekor_unavailable) return refusal(503, "the log is away");
  if (request.path == kEntries && request.method == "POST") return add_entry(request);
  if (request.path.starts_with(kEntries) && request.method == "GET") return find_entry(request);
  if (request.path == "/api/v1/log/publicKey")
    return text_answer("application/x-pem-file", key_.public_key().pem());
  if (request.path == "/api/v1/log") {
    const std::lock_guard lock(mutex_);
    const auto note = checkpoint();
    if (!note) return refusal(500, note.error().text());
    return json_answer(200, {{"rootHash", hex_encode(tree_.root())},
                             {"treeSize", tree_.size()},
                             {"treeID", kTree},
                             {"signedTreeHead", *note}});
  }
  return refusal(404, "no such page: " + request.path);
}

// The origin names the tree, the signature line only the host.
Result<std::string> RekorV1::checkpoint() const {
  const auto origin = host_ + " - " + std::string(kTree);
  return sigstore::sign_note(sigstore::checkpoint_text(origin, tree_.size(), tree_.root()), host_,
                             key_);
}

Result<Json> RekorV1::describe(std::uint64_t index) const {
  const auto& entry = entries_[index];
  const auto log_id = hex_encode(key_.public_key().fingerprint().bytes());
  const Json promised = {{"body", base64_encode(as_bytes(entry.body))},
                         {"integratedTime", entry.integrated_time},
                         {"logID", log_id},
                         {"logIndex", index}};
  const auto canonical = TRY(json::canonical(promised));
  const auto promise = TRY(key_.sign(as_bytes(canonical)));
  Json hashes = Json::array();
  for (const auto& hash : tree_.inclusion_proof(index)) hashes.push_back(hex_encode(hash));
  Json proof = {{"checkpoint", TRY(checkpoint())},
                {"logIndex", index},
                {"rootHash", hex_encode(tree_.root())},
                {"treeSize", tree_.size()}};
  proof["hashes"] = std::move(hashes);
  auto described = promised;
  described["verification"] = {{"inclusionProof", std::move(proof)},
                               {"signedEntryTimestamp", base64_encode(promise)}};
  Json out = Json::object();
  out[entry.uuid] = std::move(described);
  return out;
}

http::ServerResponse RekorV1::add_entry(const http::ServerRequest& request) {
  auto text = request.body(limits::kBundle);
  if (!text) return refusal(400, text.error().text());
  // What the public instance's gateway does (sigstore/rekor#2915).
  const auto limit = faults_.rekor_v1_limit.load();
  if (limit > 0 && text->size() > limit) return refusal(502, "bad gateway");
  auto body = entry_body_v1(*text);
  if (!body) return refusal(400, body.error().text());
  const auto leaf = crypto::merkle_leaf_hash(as_bytes(*body));
  const auto uuid = std::string(kTreeHex) + hex_encode(leaf);
  const auto location = std::string(kEntries) + "/" + uuid;

  const std::lock_guard lock(mutex_);
  const auto [place, added] = indexes_.try_emplace(uuid, tree_.size());
  if (!added) {
    auto answer = refusal(409,
                          "an equivalent entry already exists in the transparency log with "
                          "UUID " +
                              uuid);
    answer.headers.set("Location", location);
    return answer;
  }
  const auto index = tree_.append(as_bytes(*body));
  entries_.push_back({uuid, *body, clock_.now().seconds()});
  if (faults_.rekor_lose_answer.exchange(false)) return refusal(502, "the answer was lost");
  auto described = describe(index);
  if (!described) return refusal(500, described.error().text());
  auto answer = json_answer(201, *described);
  answer.headers.set("Location", location);
  return answer;
}

http::ServerResponse RekorV1::find_entry(const http::ServerRequest& request) const {
  const std::lock_guard lock(mutex_);
  std::optional<std::uint64_t> index;
  if (request.path == kEntries) {
    if (const auto wanted = parse_u64(request.parameter("logIndex").value_or(""))) index = *wanted;
  } else {
    const auto found = indexes_.find(request.path.substr(kEntries.size() + 1));
    if (found != indexes_.end()) index = found->second;
  }
  if (!index || *index >= entries_.size()) return refusal(404, "no such entry");
  const auto described = describe(*index);
  return described ? json_answer(200, *described) : refusal(500, described.error().text());
}

}  // namespace mpk::sandbox
