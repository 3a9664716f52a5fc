// JUnit XML, as Jenkins and GitLab read it: one testsuite, a testcase a check.
#include "base/markup.hpp"
#include "base/text.hpp"
#include "report/parts.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace mpk::report {
namespace {

/// XML 1.0 §2.2: of valid UTF-8 without control characters only U+FFFE and U+FFFF are forbidden.
std::string xml_text(std::string_view text) {
  const auto safe = printable(text);
  std::string out;
  for (std::string_view rest = safe; !rest.empty(); rest.remove_prefix(1)) {
    if (rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF")) {
      out += "\xEF\xBF\xBD";
      rest.remove_prefix(2);
      continue;
    }
    out += rest.front();
  }
  return escape_markup(out);
}

std::string attribute(std::string_view name, std::string_view value) {
  return fmt::format(" {}=\"{}\"", name, xml_text(value));
}

/// GitLab shows the text of the element, Jenkins its message as well.
std::string failure(const policy::Check& check) {
  const char* element = undecided(check) ? "error" : "failure";
  auto out = "      <" + std::string(element) + attribute("type", check.code) +
             attribute("message", check.message) + ">" + xml_text(check.message) + "\n";
  for (const auto& line : check.expected) out += "expected  " + xml_text(line) + "\n";
  if (!check.found.empty()) out += "found     " + xml_text(check.found) + "\n";
  if (!check.hint.empty()) out += "hint: " + xml_text(check.hint) + "\n";
  return out + "exit code " + std::to_string(check.exit_code) + "</" + element + ">\n";
}

std::string testcase(const policy::Verdict& verdict, const policy::Check& check,
                     const std::string& name) {
  auto out = "    <testcase" + attribute("classname", verdict.reference) + attribute("name", name) +
             attribute("time", "0");
  if (check.result == policy::CheckResult::pass) return out + "/>\n";
  out += ">\n";
  out += failed(check) ? failure(check)
                       : "      <skipped" + attribute("message", check.message) + "/>\n";
  return out + "    </testcase>\n";
}

std::string property(std::string_view name, std::string_view value) {
  return value.empty()
             ? ""
             : "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

}  // namespace

std::string junit(const policy::Verdict& verdict, const About& about) {
  const auto checks = checks_of(verdict);
  const auto errors = std::ranges::count_if(checks, undecided);
  const auto failures = std::ranges::count_if(checks, failed) - errors;
  const auto skipped =
      std::ranges::count(checks, policy::CheckResult::skip, &policy::Check::result);
  const auto time = fmt::format("{}.{:03}", verdict.duration_ms / 1000, verdict.duration_ms % 1000);
  const auto counts =
      fmt::format(R"( tests="{}" failures="{}" errors="{}")", checks.size(), failures, errors);
  auto out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" +
             attribute("name", "mpk verify") + counts + attribute("time", time) +
             ">\n  <testsuite" + attribute("name", verdict.reference) + counts +
             attribute("skipped", std::to_string(skipped)) + attribute("time", time) +
             attribute("timestamp", about.now.text()) + ">\n    <properties>\n" +
             property("mpk", about.mpk_version) + property("verdict", outcome_word(verdict)) +
             property("digest", digest_text(verdict)) + property("policy", verdict.policy_name);
  for (const auto& line : verdict.insecure) out += property("not checked", line);
  out += "    </properties>\n";
  const auto names = names_of(checks);
  for (std::size_t i = 0; i < checks.size(); ++i) out += testcase(verdict, checks[i], names[i]);
  return out + "  </testsuite>\n</testsuites>\n";
}

}  // namespace mpk::report
