// The answer of a verifier plugin of Ratify v1: one line on standard output.
#include "base/text.hpp"
#include "report/parts.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>

namespace mpk::report {
namespace {

// Ratify reads lines by Go's bufio.Scanner, which gives up at 64 KiB: with these nothing that is
// told comes near it.
constexpr std::size_t kFailuresTold = 64, kIdentifier = 120;

// pkg/verifier/types of Ratify v1
constexpr int kIoFailure = 5, kArguments = 7, kPluginFailure = 8, kInternal = 999;

int ratify_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return kArguments;
    case ErrorKind::network:
    case ErrorKind::timeout:
    case ErrorKind::io:
      return kIoFailure;
    case ErrorKind::internal:
      return kInternal;
    default:
      return kPluginFailure;
  }
}

Json extensions(const policy::Verdict& verdict, const std::vector<policy::Check>& checks,
                const About& about) {
  Json list = Json::array();
  std::size_t failures = 0;
  for (const auto& check : checks) {
    if (!failed(check) || ++failures > kFailuresTold) continue;
    list.push_back({{"check", printable(check.id, kIdentifier)},
                    {"code", printable(check.code, kIdentifier)},
                    {"exitCode", check.exit_code}});
  }
  return {{"verdict", outcome_word(verdict)},
          {"reference", printable(verdict.reference, kLine)},
          {"digest", digest_text(verdict)},
          {"exitCode", verdict.exit_code()},
          {"failures", failures},
          {"failed", std::move(list)},
          {"insecure", not_checked(verdict)},
          {"policy", printable(verdict.policy_name, kIdentifier)},
          {"version", about.mpk_version}};
}

}  // namespace

std::string ratify(const policy::Verdict& verdict, const About& about) {
  const auto checks = checks_of(verdict);
  const bool passed = verdict.outcome() == policy::Verdict::Outcome::passed;
  std::string reason, hint;
  for (const auto& check : checks) {
    if (!failed(check)) continue;
    if (reason.empty()) reason = printable(check.id + ": " + check.message, kLine);
    if (hint.empty()) hint = printable(check.hint, kLine);
  }
  return json::compact({{"isSuccess", passed},
                        {"message", summary(verdict)},
                        {"errorReason", reason},
                        {"remediation", hint},
                        {"name", "mpk"},
                        {"verifierName", "mpk"},
                        {"type", "mpk"},
                        {"verifierType", "mpk"},
                        {"extensions", extensions(verdict, checks, about)}}) +
         "\n";
}

std::string ratify_error(const Error& error) {
  return json::compact({{"code", ratify_code(error.kind())},
                        {"msg", printable(error.text(), kLine)},
                        {"details", printable(error.hint(), kLine)}}) +
         "\n";
}

}  // namespace mpk::report
