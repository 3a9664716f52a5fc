// The four kinds of TUF metadata as values (TUF 1.0 §4.3 to §4.6).
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "tuf/delegation.hpp"
#include "tuf/envelope.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::tuf {

/// What all of them have.
struct Common {
  std::uint64_t version = 0;  // from 1
  Timestamp expires;
};

struct Root : Common {
  bool consistent_snapshot = false;
  Keys keys;
  RoleKeys root, timestamp, snapshot, targets;
};

/// Those by algorithms that mpk knows, SHA-256 first; all of them must match.
using Hashes = std::vector<Digest>;

/// What timestamp and snapshot say about another file.
struct MetaFile {
  std::uint64_t version = 0;
  std::optional<std::uint64_t> length;
  Hashes hashes;  // may be empty
};

struct TimestampRole : Common {
  MetaFile snapshot;
};

struct Snapshot : Common {
  std::map<std::string, MetaFile> meta;  // "targets.json", "ROLE.json"
};

struct TargetFile {
  std::string path;
  std::uint64_t length = 0;
  Hashes hashes;  // empty: by unknown algorithms only, so it can't be fetched
};

struct Targets : Common {
  std::map<std::string, TargetFile> targets;
  std::optional<Delegations> delegations;
};

// malformed: form, another _type, a version of the specification that is not 1.x.
Result<Root> parse_root(const Envelope& envelope);
Result<TimestampRole> parse_timestamp(const Envelope& envelope);
Result<Snapshot> parse_snapshot(const Envelope& envelope);
Result<Targets> parse_targets(const Envelope& envelope);

/// Length and every hash. mismatch.
Result<void> check_bytes(std::string_view bytes, std::optional<std::uint64_t> length,
                         const Hashes& hashes);

/// "a%2Fb.json": a role's name made harmless for URLs and file systems; one name, one file.
std::string role_file_name(std::string_view role);

}  // namespace mpk::tuf
