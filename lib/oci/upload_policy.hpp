// UploadPolicies: which way each host takes uploads, learned and remembered for a week.
#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace mpk::oci {

/// Bytes of one PATCH, and what they may shrink to where a proxy finds them too large.
struct UploadSizes {
  std::uint64_t chunk = 64U << 20;
  std::uint64_t least = 1U << 20;  // nginx takes this much unless it was told otherwise
  /// What to try after one of `length` was too large.
  std::uint64_t smaller(std::uint64_t length) const { return std::max(least, length / 4); }
};

struct UploadPolicy {
  enum class Way {
    streamed,    // pieces of UploadSizes::chunk, the digest at the end
    monolithic,  // one PUT of a blob whose digest is known
    chunked,     // pieces of at most `limit`, and no request is larger
  };
  Way way = Way::streamed;
  std::uint64_t limit = 0;  // monolithic: pieces worth a try should the whole be too large; 0: any
  bool operator==(const UploadPolicy&) const = default;
};

/// Thread-safe. What can't be read or written counts as not known.
class UploadPolicies {
 public:
  /// `file`: kept in memory only if empty, or without a clock.
  UploadPolicies(std::filesystem::path file, const Clock* clock)
      : file_(std::move(file)), clock_(clock) {}
  UploadPolicy of(const std::string& host);
  void learn(const std::string& host, const UploadPolicy& policy);

 private:
  struct Learned {
    UploadPolicy policy;
    Timestamp when;
  };
  using Table = std::map<std::string, Learned>;
  bool on_disk() const { return clock_ != nullptr && !file_.empty(); }
  void load();  // with the lock
  Table read_file() const;
  void write_file(const Table& table) const;

  std::filesystem::path file_;
  const Clock* clock_;
  std::mutex mutex_;
  bool loaded_ = false;
  Table table_;
};

}  // namespace mpk::oci
