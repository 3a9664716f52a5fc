// The formats by their words.
#include "report/report.hpp"

#include "report/parts.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::report {
namespace {

constexpr std::array<std::pair<std::string_view, Format>, 6> kWords = {{
    {"sarif", Format::sarif},
    {"openreports", Format::openreports},
    {"junit", Format::junit},
    {"admission", Format::admission},
    {"gatekeeper", Format::gatekeeper},
    {"ratify", Format::ratify},
}};

}  // namespace

std::optional<Format> parse_format(std::string_view word) {
  const auto* found = std::ranges::find(kWords, word, &decltype(kWords)::value_type::first);
  if (found == kWords.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> format_words() {
  std::vector<std::string> out;
  for (const auto& [word, format] : kWords) out.emplace_back(word);
  return out;
}

std::string write(Format format, const policy::Verdict& verdict, const About& about) {
  switch (format) {
    case Format::sarif:
      return sarif(verdict, about);
    case Format::openreports:
      return openreports(verdict, about);
    case Format::junit:
      return junit(verdict, about);
    case Format::admission:
      return admission(verdict);
    case Format::gatekeeper:
      return gatekeeper(verdict);
    case Format::ratify:
      return ratify(verdict, about);
  }
  return {};
}

std::string without_braces(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '{', '(');
  std::ranges::replace(out, '}', ')');
  return out;
}

}  // namespace mpk::report
