// Judgement: the checks of one id: one that passes, or one that fails for each code. Internal to
// policy/.
#pragma once

#include "policy/policy.hpp"
#include "policy/verdict.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::policy {

/// One way to fail. docs/checks.md lists all of them.
struct Fault {
  std::string_view code, message, hint;
};

/// A waiver names an id and a code: failures of two codes must not hide behind one check.
class Judgement {
 public:
  Judgement(std::string id, std::string label, int exit_code)
      : id_(std::move(id)), label_(std::move(label)), exit_code_(exit_code) {}

  /// Texts may come from a document: they are made printable and cut, and of many the first kept.
  void refuse(const Fault& fault, std::string_view found,
              const std::vector<std::string>& expected = {});
  bool refused() const { return !failures_.empty(); }
  /// The failed checks, by first call; else one that passes with this message.
  void add_to(std::vector<Check>& checks, std::string passes) const;
  /// The first of them: of what is refused with one code only.
  Check only(std::string passes) const;

 private:
  struct Failure {
    Fault fault;
    std::vector<std::string> found, expected;
    std::size_t more = 0;  // found, and not kept
  };
  std::string id_, label_;
  int exit_code_;
  std::vector<Failure> failures_;
};

}  // namespace mpk::policy
