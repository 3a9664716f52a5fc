// Finding: something in a model that may do harm, and the rule that says so.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace mpk::scan {

enum class Severity { info, low, medium, high, critical };
std::string_view to_string(Severity severity);
/// usage: another word.
Result<Severity> parse_severity(std::string_view word);

/// What is looked for. Codes are stable: scripts and policies name them (docs/scan.md).
struct Rule {
  std::string_view code;
  Severity severity;
  std::string_view why;   // what it means, one sentence without a full stop
  std::string_view hint;  // what to do
};
/// All rules, by code.
std::span<const Rule> rules();
/// The rule of a code that this module names itself.
const Rule& rule(std::string_view code);

/// Rules and allowlist as text, a line each: its digest says by what a report was judged.
std::string rules_text();

struct Finding {
  const Rule* rule = nullptr;
  Severity severity = Severity::info;
  std::string file;    // as the walk or the artifact names it
  std::string member;  // the path inside it, "!" between containers; empty: the file itself
  std::optional<std::uint64_t> offset;  // in the member
  std::string found;                    // "posix.system", a path, a name: printed with printable()
  std::string detail;                   // more of it; may be empty
  std::size_t count = 1;                // how often, `offset` being the first
};

/// Findings of one file; what is found again is counted. Over kMost the rest becomes one finding.
/// Not thread-safe.
class Findings {
 public:
  static constexpr std::size_t kMost = 1000;
  void add(Finding finding);
  void add(std::string_view code, std::string member, std::optional<std::uint64_t> offset,
           std::string found, std::string detail = {});
  const std::vector<Finding>& list() const { return list_; }
  /// All at once, each with this file's name.
  std::vector<Finding> take(const std::string& file);

 private:
  std::vector<Finding> list_;
  std::map<std::tuple<std::string_view, std::string, std::string>, std::size_t> known_;
};

/// Worst first, then by file, member, offset, code and text.
void sort_findings(std::vector<Finding>& findings);

}  // namespace mpk::scan
