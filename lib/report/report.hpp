// Reports: a verdict in the formats that other tools read.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "policy/verdict.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::report {

enum class Format { sarif, openreports, junit, admission, gatekeeper, ratify };

/// The words of --format; nullopt: none of them.
std::optional<Format> parse_format(std::string_view word);
std::vector<std::string> format_words();

struct About {
  std::string mpk_version;
  Timestamp now;  // where a format asks for a time
};

/// The same verdict and `about` give the same bytes; UTF-8, ends with a line feed, control
/// characters of messages made visible. None of them shows a verdict that did not pass without at
/// least one failure (docs/verdict.md).
/// sarif: SARIF 2.1.0, one result a check that is not skipped, rules by code.
/// openreports: an openreports.io/v1alpha1 Report with one result a check.
/// junit: one testsuite, a testcase a check.
/// admission: AdmissionReview v1 with a response (uid empty: who shells out fills it in).
/// gatekeeper: a ProviderResponse of externaldata.gatekeeper.sh/v1beta1 with one item.
/// ratify: the one line that a verifier plugin of Ratify v1 prints.
std::string write(Format format, const policy::Verdict& verdict, const About& about);

/// What a plugin of Ratify prints where there is no verdict: a line with code, msg and details. It
/// has no isSuccess, which Ratify reads as false.
std::string ratify_error(const Error& error);
/// Ratify reads standard error as well, and takes each line with a brace for JSON: ( and ) instead.
std::string without_braces(std::string_view text);

}  // namespace mpk::report
