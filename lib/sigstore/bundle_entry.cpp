// TransparencyLogEntry: reading (protobuf-specs, sigstore_rekor.proto).
#include "base/limits.hpp"
#include "sigstore/bundle.hpp"
#include "sigstore/proto_json.hpp"

#include <limits>

namespace mpk::sigstore {
namespace {

constexpr std::size_t kHashSize = 32;

// proto's int64 on the wire: zero is often left out, and nothing here may be negative.
Result<std::uint64_t> read_int64(const json::Field& object, std::string_view key) {
  const auto member = TRY(object.find(key));
  if (!member) return std::uint64_t{0};
  const auto value = TRY(member->unsigned_integer());
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return member->error("expected a 64-bit signed integer");
  }
  return value;
}

Result<InclusionProof> read_proof(const json::Field& field) {
  TRY(field.only({"logIndex", "rootHash", "treeSize", "hashes", "checkpoint"}));
  InclusionProof out;
  out.log_index = TRY(read_int64(field, "logIndex"));
  out.tree_size = TRY(read_int64(field, "treeSize"));
  out.root_hash = TRY(find_bytes(field, "rootHash")).value_or(Bytes());
  const auto hashes = TRY(field.optional_items("hashes"));
  if (hashes.size() > limits::kMerkleProof) return field.error("too many hashes");
  for (const auto& item : hashes) {
    out.hashes.push_back(TRY(read_bytes(item)));
    if (out.hashes.back().size() != kHashSize) return item.error("expected 32 bytes");
  }
  if (const auto checkpoint = TRY(field.find("checkpoint"))) {
    TRY(checkpoint->only({"envelope"}));
    out.checkpoint = TRY(checkpoint->optional_string("envelope")).value_or("");
  }
  return out;
}

}  // namespace

Result<LogEntry> read_log_entry(const json::Field& field) {
  TRY(field.only({"logIndex", "logId", "kindVersion", "integratedTime", "inclusionPromise",
                  "inclusionProof", "canonicalizedBody"}));
  LogEntry out;
  out.log_index = TRY(read_int64(field, "logIndex"));
  auto log_id = TRY(find_log_id(field, "logId"));
  if (!log_id) return field.error("missing \"logId\"");
  out.log_id = *std::move(log_id);
  const auto kind = TRY(field.at("kindVersion"));
  TRY(kind.only({"kind", "version"}));
  out.kind = TRY(kind.string("kind"));
  out.version = TRY(kind.string("version"));
  out.integrated_time = static_cast<std::int64_t>(TRY(read_int64(field, "integratedTime")));
  if (const auto promise = TRY(field.find("inclusionPromise"))) {
    TRY(promise->only({"signedEntryTimestamp"}));
    out.signed_entry_timestamp = TRY(read_bytes(*promise, "signedEntryTimestamp"));
  }
  if (const auto proof = TRY(field.find("inclusionProof"))) out.proof = TRY(read_proof(*proof));
  out.canonicalized_body = as_text(TRY(read_bytes(field, "canonicalizedBody")));
  return out;
}

}  // namespace mpk::sigstore
