// scan_pickles: one pickle after the other, and what is left behind the last.
#include "scan/pickle.hpp"

#include "scan/pickle_machine.hpp"

#include <string>

namespace mpk::scan {
namespace {

constexpr std::size_t kTorchPickles = 5;  // magic, version, system, object, storage keys
constexpr std::size_t kPadding = 4096;

void add_all(const Findings& from, Findings& to) {
  for (const auto& finding : from.list()) to.add(finding);
}

/// Whether only zeros or white space are left: padding of blocks, a line break of an editor.
Result<bool> only_padding(const Content& content, std::uint64_t from) {
  if (content.size() - from > kPadding) return false;
  const auto rest = TRY(bytes_at(content, from, kPadding));
  return rest.find_first_not_of(std::string_view("\0 \t\r\n", 5)) == std::string::npos;
}

void add_problem(const PickleWalk& walk, const PickleOptions& options, Findings& findings) {
  findings.add(walk.too_large ? "pickle.limit" : "pickle.malformed", options.member,
               walk.problem_at, walk.problem);
}

}  // namespace

Result<PickleWalk> walk_pickle(const Content& content, std::uint64_t begin,
                               const PickleOptions& options) {
  PickleWalk walk;
  PickleMachine machine(content, begin, options, walk, false);
  TRY(machine.run());
  return walk;
}

Result<Pickles> scan_pickles(const Content& content, std::uint64_t begin, bool strict,
                             const PickleOptions& options, Findings& findings) {
  Pickles out;
  bool torch = false;
  std::uint64_t at = begin;
  while (at < content.size()) {
    if (torch && out.count == kTorchPickles) {  // raw storages follow
      strict = false;
      torch = false;
    }
    if (out.count == options.limits.pickles) {
      findings.add("pickle.limit", options.member, at, "number of pickles over the limit");
      return out;
    }
    auto walk = TRY(walk_pickle(content, at, options));
    const bool first = at == begin;
    out.acted = out.acted || walk.acted;
    if (walk.complete) {
      add_all(walk.findings, findings);
      ++out.count;
      torch = torch || (first && walk.torch_magic);
      at = walk.end;
      continue;
    }
    // What ran before it broke off has run.
    const bool is_one = (first && strict) || walk.acted || walk.too_large || torch;
    if (is_one) {
      add_all(walk.findings, findings);
      add_problem(walk, options, findings);
    } else if (strict && !TRY(only_padding(content, at))) {
      findings.add("pickle.trailing", options.member, at,
                   std::to_string(content.size() - at) + " bytes");
    }
    return out;
  }
  if (strict && at == begin) {
    findings.add("pickle.malformed", options.member, at, "it ends before STOP");
  }
  return out;
}

}  // namespace mpk::scan
