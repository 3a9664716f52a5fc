// What the formats share: the checks that they list, one line for a whole verdict, their writers.
#pragma once

#include "json/value.hpp"
#include "policy/verdict.hpp"
#include "report/report.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::report {

/// Of a line that a cluster keeps or logs, in characters: names of files may be long.
inline constexpr std::size_t kLine = 1000;

/// Those of the verdict. Where none failed and yet it has not passed, one more that fails, so that
/// who counts failures finds one: "verdict", "nothing-checked".
std::vector<policy::Check> checks_of(const policy::Verdict& verdict);
/// Their ids; one that comes again gets a number: "model.files", "model.files 2".
std::vector<std::string> names_of(const std::vector<policy::Check>& checks);
bool failed(const policy::Check& check);
/// Of a failure: network, registry; not a refusal.
bool undecided(const policy::Check& check);
/// "passed", "refused", "undecided"
std::string outcome_word(const policy::Verdict& verdict);
/// Or nothing.
std::string digest_text(const policy::Verdict& verdict);
/// "refused: signature: signed by somebody else than allowed [identity-not-allowed]; …", at most
/// kLine characters.
std::string summary(const policy::Verdict& verdict);
/// The message, then what was expected and found.
std::string message(const policy::Check& check);
/// Evidence that was not asked for: a line each.
std::vector<std::string> not_checked(const policy::Verdict& verdict);

std::string sarif(const policy::Verdict& verdict, const About& about);
std::string openreports(const policy::Verdict& verdict, const About& about);
std::string junit(const policy::Verdict& verdict, const About& about);
std::string admission(const policy::Verdict& verdict);
std::string gatekeeper(const policy::Verdict& verdict);
std::string ratify(const policy::Verdict& verdict, const About& about);

}  // namespace mpk::report
