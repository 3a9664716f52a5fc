// Policy files: which repositories a rule is about.
#include "base/text.hpp"
#include "policy/reader.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::policy {
namespace {

constexpr std::string_view kMeta = "*?[\\";
constexpr const char* kExample = "for example ghcr.io/acme/*, ghcr.io/acme/** or **";

bool is_everything(std::string_view glob) {
  return glob.size() >= 2 && glob.find_first_not_of('*') == std::string_view::npos;
}

bool could_be_host(std::string_view word) {
  return word == "localhost" || word.find_first_of(".:") != std::string_view::npos ||
         word.find_first_of(kMeta) != std::string_view::npos;
}

// Why `glob` matches no HOST/REPO; empty: it can.
std::string impossible(std::string_view glob) {
  const auto slash = glob.find('/');
  if (glob.find("://") != std::string_view::npos) return "a scheme: references have none";
  if (glob.find('@') != std::string_view::npos) return "a digest: rules are about repositories";
  if (slash == std::string_view::npos)
    return is_everything(glob) ? "" : "no '/' between host and repository";
  const auto host = glob.substr(0, slash), path = glob.substr(slash + 1);
  if (path.find(':') != std::string_view::npos && path.find('[') == std::string_view::npos)
    return "a tag: rules are about repositories";
  if (!could_be_host(host)) return "\"" + printable(host, 100) + "\" is no host";
  if (path.empty() || path.front() == '/' || path.back() == '/' ||
      path.find("//") != std::string_view::npos)
    return "an empty part of a name";
  if (std::ranges::any_of(path, [](char c) { return c >= 'A' && c <= 'Z'; }))
    return "upper-case letters: repositories have none";
  const auto odd = path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-/*?[]!^\\:");
  if (odd != std::string_view::npos)
    return "'" + printable(path.substr(odd, 1)) + "' is in no repository's name";
  if (host == "docker.io" && path.find('/') == std::string_view::npos && !is_everything(path))
    return "docker.io/NAME is docker.io/library/NAME";
  return {};
}

// Whether every reference that `later` matches is one that `earlier` matches. Only what is plain to
// see: the same text, everything, a name without wildcards.
bool takes_all(const NamePattern& earlier, std::string_view later) {
  if (earlier.text == later || is_everything(earlier.text)) return true;
  return later.find_first_of(kMeta) == std::string_view::npos && earlier.matches(later);
}

}  // namespace

Result<std::vector<NamePattern>> read_match(const Reader& in, const json::Field& parent,
                                            const std::vector<Policy>& earlier) {
  auto out = TRY(in.globs(parent, "match"));
  const auto entries = TRY(in.list(parent, "match"));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto shown = printable(out[i].text, 100);
    if (const auto why = impossible(out[i].text); !why.empty()) {
      return in.at(entries[i], fmt::format("\"{}\" can match no HOST/REPO: {}", shown, why))
          .with_hint(kExample);
    }
    for (const auto& rule : earlier) {
      const auto taken = std::ranges::find_if(
          rule.match, [&](const auto& pattern) { return takes_all(pattern, out[i].text); });
      if (taken == rule.match.end()) continue;
      return in
          .at(entries[i], fmt::format("\"{}\" is never reached: an earlier rule's match has \"{}\"",
                                      shown, printable(taken->text, 100)))
          .with_hint("the first rule that matches counts: put the special before the general");
    }
  }
  return out;
}

}  // namespace mpk::policy
