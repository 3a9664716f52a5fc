// For tests: a Judge that decides by the repository's name.
#pragma once

#include "admit/verdicts.hpp"

#include <map>
#include <mutex>
#include <string>

namespace mpk::admit::test {

/// Passes what is called "good", cannot decide about what is "down", and refuses all others. Every
/// tag names the digest 'f'….
class NameJudge final : public Judge {
 public:
  struct Log {
    std::mutex mutex;
    std::map<std::string, int> asked;
  };
  explicit NameJudge(Log& log) : log_(log) {}
  Result<Digest> resolve(const oci::Reference&, SteadyTime) override {
    return Digest::parse("sha256:" + std::string(64, 'f'));
  }
  Result<policy::Verdict> verify(const oci::Reference& reference, const Rules&,
                                 SteadyTime) override {
    {
      const std::scoped_lock lock(log_.mutex);
      ++log_.asked[reference.text()];
    }
    if (reference.name().ends_with("down")) return Error(ErrorKind::network, "no answer");
    const bool good = reference.name().ends_with("good");
    policy::Verdict out;
    out.digest = reference.digest;
    out.checks.push_back({.id = "signature",
                          .label = "signature",
                          .result = good ? policy::CheckResult::pass : policy::CheckResult::fail,
                          .code = good ? "" : "no-signature",
                          .message = "as the test says",
                          .exit_code = good ? 0 : 10});
    return out;
  }

 private:
  Log& log_;
};

}  // namespace mpk::admit::test
