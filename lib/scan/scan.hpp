// scan_file: one file of a model, and everything inside of it.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"
#include "scan/content.hpp"
#include "scan/finding.hpp"
#include "scan/pickle.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mpk::scan {

struct ScanLimits {
  unsigned depth = 8;                                       // containers in containers
  std::size_t members = 200'000;                            // of a file, all levels
  std::uint64_t unpacked = std::uint64_t{16} << 40;         // bytes that come out of a file,
  std::uint64_t slack = std::uint64_t{4} << 30;             // and at most that many, and
  std::uint64_t ratio = 20;                                 // as many times its size
  std::uint64_t unpacked_pieces = std::uint64_t{64} << 30;  // of one member
  PickleLimits pickles;
};

struct ScanOptions {
  ScanLimits limits;
  CancelToken cancel;
};

struct ScannedFile {
  std::string path;
  std::uint64_t size = 0;
  std::string type;         // "zip", "pickle", … as the bytes say
  std::size_t members = 0;  // what was looked at inside
  std::size_t pickles = 0;
  std::vector<Finding> findings;  // sorted
};

/// Never loads, imports, calls or unpacks to a name. What can't be judged is a finding; an Error is
/// only what keeps the bytes from being read: io, cancelled, mismatch (it changed meanwhile).
Result<ScannedFile> scan_file(const ContentPtr& content, const std::string& path,
                              const ScanOptions& options = {});

/// What the scan of a model found.
struct Report {
  std::vector<ScannedFile> files;    // by path
  std::vector<std::string> ignored;  // what does not belong to the model, and was not read
  std::uint64_t bytes() const;
  std::size_t members() const;
  std::size_t pickles() const;
  /// Of all files, worst first.
  std::vector<Finding> findings() const;
  /// Whether one is at least as severe.
  bool reaches(Severity severity) const;
};

}  // namespace mpk::scan
