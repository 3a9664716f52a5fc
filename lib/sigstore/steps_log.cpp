// Step log.inclusion: the entry is in a trusted log, by its checkpoint and a Merkle proof.
#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "crypto/merkle.hpp"
#include "sigstore/note.hpp"
#include "sigstore/verify_steps.hpp"

#include <algorithm>

namespace mpk::sigstore {
namespace {

// Rekor v2 writes "0.0.2" of the two kinds that it has; v1's intoto 0.0.2 is older than it.
bool is_rekor_v2(const LogEntry& entry) {
  return entry.version == "0.0.2" && entry.kind != "intoto";
}

// Rekor v1 names a checkpoint "host - tree id" and signs it as "host"; v2 does neither.
std::optional<std::string_view> v1_signer(std::string_view origin) {
  const auto border = origin.rfind(" - ");
  if (border == std::string_view::npos || border == 0) return std::nullopt;
  const auto tree = origin.substr(border + 3);
  if (tree.empty() || !std::ranges::all_of(tree, is_digit)) {
    return std::nullopt;
  }
  return origin.substr(0, border);
}

std::optional<Problem> check_checkpoint_signature(const Checkpoint& checkpoint,
                                                  const TransparencyLog& log) {
  std::string name = log.origin;
  // v1 takes the first bytes of SHA-256(SPKI) as the hint for every kind of key.
  Bytes key_id = log.key.fingerprint().bytes();
  if (const auto signer = v1_signer(checkpoint.origin)) {
    name = *signer;
  } else {
    if (checkpoint.origin != log.origin) {
      return Problem{.code = "checkpoint-origin",
                     .message = "checkpoint is that of another log",
                     .expected = {log.origin},
                     .found = checkpoint.origin};
    }
    auto full = note_key_id(name, log.key);
    if (!full) return Problem{.code = "checkpoint-signature", .message = full.error().text()};
    key_id = full.take();
  }
  auto held = verify_note(checkpoint.note, name, log.key, key_id);
  if (held) return std::nullopt;
  return Problem{.code = "checkpoint-signature", .message = "checkpoint: " + held.error().text()};
}

// RFC 6962 §2.1.1. Only the checkpoint's root is signed: the proof's own is a copy that must agree.
std::optional<Problem> check_proof(const LogEntry& entry, BytesView root, std::uint64_t size) {
  const auto& proof = *entry.proof;
  if (is_rekor_v2(entry) && proof.log_index != entry.log_index) {
    return Problem{.code = "inclusion-proof-index",
                   .message = "inclusion proof is for another index than the entry",
                   .expected = {std::to_string(entry.log_index)},
                   .found = std::to_string(proof.log_index)};
  }
  const auto leaf = crypto::merkle_leaf_hash(as_bytes(entry.canonicalized_body));
  auto computed = crypto::merkle_root_from_inclusion(proof.log_index, size, leaf, proof.hashes);
  if (!computed) {
    return Problem{.code = "inclusion-proof-malformed", .message = computed.error().text()};
  }
  if (std::ranges::equal(*computed, root)) return std::nullopt;
  return Problem{.code = "inclusion-proof-mismatch",
                 .message = "inclusion proof does not lead to the checkpoint's root",
                 .expected = {hex_encode(root)},
                 .found = hex_encode(*computed)};
}

std::optional<Problem> check_with_log(const LogEntry& entry, const TransparencyLog& log) {
  auto checkpoint = parse_checkpoint(entry.proof->checkpoint);
  if (!checkpoint) {
    return Problem{.code = "checkpoint-malformed", .message = checkpoint.error().text()};
  }
  if (auto problem = check_checkpoint_signature(*checkpoint, log)) return problem;
  const auto& proof = *entry.proof;
  if (proof.root_hash != checkpoint->root_hash ||
      ((proof.tree_size != 0 || !is_rekor_v2(entry)) && proof.tree_size != checkpoint->size)) {
    return Problem{
        .code = "checkpoint-mismatch",
        .message = "checkpoint and inclusion proof are about different trees",
        .expected = {std::to_string(checkpoint->size) + " " + hex_encode(checkpoint->root_hash)},
        .found = std::to_string(proof.tree_size) + " " + hex_encode(proof.root_hash)};
  }
  return check_proof(entry, checkpoint->root_hash, checkpoint->size);
}

Problem not_in_use(const TransparencyLog& log) {
  return {.code = "log-key-expired",
          .message = "log key of " + printable(log.origin, 120) +
                     " was not in use when the entry was made"};
}

// client-spec §4.5: the key must have been in use at the entry's time; v2 has none of its own, so
// every proven time counts. Without any the present does, as for a certificate: whoever has a key
// that was given up can write entries for ever.
std::optional<Problem> check_in_use(const TransparencyLog& log, const Case& c, std::size_t index) {
  const auto& validity = log.valid_for;
  if (c.promise_holds[index]) {
    const auto time = Timestamp::from_seconds(c.bundle.log_entries[index].integrated_time);
    return validity.contains(time) ? std::nullopt : std::optional(not_in_use(log));
  }
  if (!c.facts.times.empty()) {
    const bool always = std::ranges::all_of(
        c.facts.times, [&](const ProvenTime& time) { return validity.contains(time.time); });
    return always ? std::nullopt : std::optional(not_in_use(log));
  }
  if (c.evidence.insecure_ignore_timestamp || validity.contains(c.now)) return std::nullopt;
  return Problem{
      .code = "log-time-not-proven",
      .message = "log key of " + printable(log.origin, 120) +
                 " is not in use now, and no time is proven at which it was",
      .expected = {validity.start.text() + " to " + (validity.end ? validity.end->text() : "now")},
      .found = "no timestamp, and no time that the log signed",
      .hint =
          "sign again, with a timestamp authority beside the log (tsaUrls of the "
          "signing config)"};
}

std::optional<Problem> check_entry(Case& c, std::size_t index,
                                   const std::vector<const TransparencyLog*>& logs,
                                   std::vector<Source>& by) {
  const auto& entry = c.bundle.log_entries[index];
  std::optional<Problem> problem;
  for (const auto* log : logs) {
    problem = check_in_use(*log, c, index);
    if (problem) continue;
    // v0.1 knows entries that only have the log's promise.
    const bool by_promise = !entry.proof || entry.proof->checkpoint.empty();
    if (by_promise && !c.promise_holds[index]) {
      return Problem{.code = "inclusion-not-proven",
                     .message = "entry has neither a checkpoint nor a promise that holds"};
    }
    if (!by_promise) {
      problem = check_with_log(entry, *log);
    } else if (entry.proof) {
      // v0.1 may leave out the proof, but not a part of it (sigstore_rekor.proto, REQUIRED).
      problem = check_proof(entry, entry.proof->root_hash, entry.proof->tree_size);
      if (!problem) {
        problem =
            Problem{.code = "checkpoint-malformed", .message = "inclusion proof has no checkpoint"};
      }
    } else {
      problem.reset();
    }
    if (problem) continue;
    // Only the promise binds v1's global index; the proof binds the one inside the tree.
    const bool global = is_rekor_v2(entry) || c.promise_holds[index];
    c.facts.logs.push_back({log->origin, global ? entry.log_index : entry.proof->log_index});
    by.push_back({log->operated_by, hex_encode(log->log_id)});
    c.proven_entries.push_back({index, by.back()});
    return std::nullopt;
  }
  return problem;
}

Problem too_few_logs(unsigned needed, const std::vector<Source>& by, std::string found) {
  return {.code = "log-threshold",
          .message = "entries of too few different logs hold",
          .expected = {counted(needed, "log") + " of different operators"},
          .found = std::to_string(count_different(by)) + " (" + std::move(found) + ")",
          .hint = "sign with more logs (rekorTlogConfig of the signing config), or ask for fewer"};
}

bool is_duplicate(const std::vector<LogEntry>& entries, std::size_t index) {
  return std::any_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(index),
                     [&](const LogEntry& other) {
                       if (other.log_id != entries[index].log_id) return false;
                       // Without a promise nothing binds the index, but the body is the entry.
                       return other.log_index == entries[index].log_index ||
                              other.canonicalized_body == entries[index].canonicalized_body;
                     });
}

}  // namespace

std::string why_no_log(const Case& c) {
  if (c.evidence.insecure_ignore_tlog) return "ignored on request (insecure)";
  if (c.root.tlogs.empty() && c.root.unusable_tlogs == 0)
    return "trusted root lists no transparency log";
  return {};
}

std::vector<const TransparencyLog*> logs_of(const Case& c, const LogEntry& entry) {
  std::vector<const TransparencyLog*> out;
  for (const auto& log : c.root.tlogs) {
    if (log.log_id == entry.log_id) {
      out.push_back(&log);
      continue;
    }
    // Rekor v2 entries carry the checkpoint key id, whatever the trusted root calls the log.
    const auto key_id = note_key_id(log.origin, log.key);
    if (key_id && *key_id == entry.log_id) out.push_back(&log);
  }
  return out;
}

Step check_inclusion(Case& c) {
  const std::string id = "log.inclusion";
  const auto needed = c.evidence.logs;
  if (auto why = why_no_log(c); !why.empty()) {
    if (needed.value_or(0) > 0 && !c.evidence.insecure_ignore_tlog)
      return failed(id, too_few_logs(*needed, {}, "none: " + why));
    return skipped(id, why);
  }
  const auto& entries = c.bundle.log_entries;
  if (entries.empty()) {
    return failed(id, {.code = "log-entry-missing",
                       .message = "bundle has no transparency log entry",
                       .hint = "the trusted root lists transparency logs, so an entry is required; "
                               "sign with a log, or say --insecure-ignore-tlog"});
  }
  std::size_t unknown = 0;
  std::vector<Source> by;
  std::optional<Problem> problem;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::optional<Problem> found;
    if (is_duplicate(entries, i)) {
      // One entry told twice must not look like two witnesses (sigstore-go refuses it as well).
      found = Problem{.code = "log-entry-duplicate", .message = "bundle repeats a log entry"};
    } else if (const auto logs = logs_of(c, entries[i]); logs.empty()) {
      ++unknown;
    } else {
      found = check_entry(c, i, logs, by);
    }
    if (found && !problem) problem = std::move(found);
  }
  if (problem) return failed(id, *std::move(problem));
  if (unknown == entries.size()) {
    return failed(id, {.code = "log-unknown",
                       .message = "log of the entry is not in the trusted root",
                       .found = hex_encode(entries.front().log_id),
                       .hint = std::string(kOtherInstance)});
  }
  const auto different = count_different(by);
  if (different < needed.value_or(1)) {
    std::vector<std::string> origins;
    for (const auto& log : c.facts.logs) origins.push_back(log.log);
    return failed(id, too_few_logs(*needed, by, join(origins, ", ")));
  }
  const auto& log = c.facts.logs.front();
  std::string message = log.log + " #" + std::to_string(log.index);
  if (unknown > 0) message += "; " + std::to_string(unknown) + " of logs that are not trusted";
  return passed(id, std::move(message));
}

}  // namespace mpk::sigstore
