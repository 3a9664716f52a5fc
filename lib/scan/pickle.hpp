// Pickles: what loading one would do, told from its opcodes. Nothing is ever unpickled.
#pragma once

#include "base/parallel.hpp"
#include "base/result.hpp"
#include "scan/content.hpp"
#include "scan/finding.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mpk::scan {

struct PickleLimits {
  std::uint64_t opcodes = 200'000'000;  // a vocabulary of a million words takes five million
  std::size_t stack = 4'000'000;
  std::size_t memo = 4'000'000;
  std::size_t pickles = 1'000'000;  // one after the other
};

struct PickleOptions {
  std::string member;        // for findings
  bool torchscript = false;  // classes of the archive itself ("__torch__.…") are known
  PickleLimits limits;
  CancelToken cancel;
};

/// One pickle, from `begin` to behind its STOP or to where it broke off.
struct PickleWalk {
  std::uint64_t end = 0;
  bool complete = false;   // STOP was reached with one value on the stack
  bool acted = false;      // something was called or built before
  bool too_large = false;  // over the limits
  std::string problem;     // why it is not complete
  std::uint64_t problem_at = 0;
  std::optional<std::int64_t> integer = {};  // the value, if it is a small one
  bool torch_magic = false;                  // the value is PyTorch's magic number
  Findings findings;
};
/// Protocols 0 to 5 (PEP 3154, PEP 574, pickletools.py). io, cancelled.
Result<PickleWalk> walk_pickle(const Content& content, std::uint64_t begin,
                               const PickleOptions& options);

/// What follows the first pickle is walked as well, as long as it is one: torch.save before 1.6
/// wrote five and then raw storages.
struct Pickles {
  std::size_t count = 0;  // complete ones; 0 and no findings: these bytes are no pickle
  bool acted = false;
};
/// `strict`: the bytes are loaded as a pickle, so what is none is a finding; else only what would
/// do something is one. Findings go to `findings`.
Result<Pickles> scan_pickles(const Content& content, std::uint64_t begin, bool strict,
                             const PickleOptions& options, Findings& findings);

}  // namespace mpk::scan
