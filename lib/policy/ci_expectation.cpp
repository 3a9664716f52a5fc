// What is expected of a build: reading it.
#include "policy/ci_expectation.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <vector>

namespace mpk::policy {
namespace {

constexpr std::size_t kShown = 120;
constexpr std::string_view kTags = "refs/tags/";

Error wrong_source(std::string_view text, std::string problem, std::string hint) {
  return Error(ErrorKind::usage,
               "--source-uri " + printable(text, kShown) + ": " + std::move(problem),
               std::move(hint));
}

bool is_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

bool is_host(std::string_view text) {
  const auto name = text.substr(0, text.find(':'));
  const auto port = text.substr(std::min(text.size(), name.size() + 1));
  return is_name(name) && (name.size() == text.size() || parse_u64(port));
}

// A git ref, or what stands for one; never empty.
bool is_plain(std::string_view text) {
  return !text.empty() && text == printable(text) && text.find(' ') == std::string_view::npos;
}

struct Version {
  std::vector<std::string_view> numbers;  // one to three
  std::string_view prerelease;
};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit) &&
         (text.size() == 1 || text.front() != '0');
}

// semver.org §9 and §10: identifiers separated by dots, numeric ones without leading zeros.
bool is_identifiers(std::string_view text, bool numbers_are_exact) {
  return std::ranges::all_of(split(text, '.'), [&](std::string_view each) {
    const bool digits = !each.empty() && std::ranges::all_of(each, is_digit);
    if (digits && numbers_are_exact) return is_number(each);
    return !each.empty() &&
           std::ranges::all_of(each, [](char c) { return is_letter_or_digit(c) || c == '-'; });
  });
}

std::optional<Version> parse_version(std::string_view text) {
  if (!text.starts_with('v')) return std::nullopt;
  text.remove_prefix(1);
  if (const auto build = text.find('+'); build != std::string_view::npos) {
    if (!is_identifiers(text.substr(build + 1), false)) return std::nullopt;
    text = text.substr(0, build);
  }
  Version out;
  const auto dash = text.find('-');
  if (dash != std::string_view::npos) {
    out.prerelease = text.substr(dash + 1);
    if (!is_identifiers(out.prerelease, true)) return std::nullopt;
  }
  out.numbers = split(text.substr(0, dash), '.');
  const bool whole = out.numbers.size() == 3;
  if (out.numbers.size() > 3 || (!whole && dash != std::string_view::npos) ||
      !std::ranges::all_of(out.numbers, is_number))
    return std::nullopt;
  return out;
}

}  // namespace

Result<SourceRepository> parse_source_repository(std::string_view text) {
  auto rest = text;
  const bool git = rest.starts_with("git+");
  if (git) rest.remove_prefix(4);
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (git || rest.find("://") != std::string_view::npos) {
    return wrong_source(text, "expected https://", "for example github.com/acme/model");
  }
  if (rest.find('@') != std::string_view::npos) {
    return wrong_source(text, "a repository without user and ref is expected",
                        "name the ref with --source-branch, --source-tag or "
                        "--source-versioned-tag");
  }
  const auto border = rest.find('/');
  SourceRepository out{.host = lower_ascii(rest.substr(0, border)), .path = {}};
  if (border != std::string_view::npos) out.path = rest.substr(border + 1);
  while (out.path.ends_with('/')) out.path.pop_back();
  if (out.path.ends_with(".git")) out.path.resize(out.path.size() - 4);
  const auto names = split(out.path, '/');
  if (!is_host(out.host) || out.host.find('.') == std::string::npos || names.size() < 2 ||
      !std::ranges::all_of(names, is_name)) {
    return wrong_source(text, "expected HOST/OWNER/REPOSITORY",
                        "for example github.com/acme/model or gitlab.com/group/sub/project");
  }
  if (out.host == "github.com" && names.size() != 2) {
    return wrong_source(text, "a repository of GitHub is OWNER/REPOSITORY",
                        "for example github.com/acme/model");
  }
  return out;
}

std::optional<std::string> known_ci_issuer(std::string_view host) {
  if (host == "github.com") return "https://token.actions.githubusercontent.com";
  if (host == "gitlab.com") return "https://gitlab.com";
  return std::nullopt;
}

CiName CiName::split(std::string_view text) {
  const auto border = text.rfind('@');
  if (border == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, border)), std::string(text.substr(border + 1))};
}

bool CiName::names(const CiName& other) const {
  if (url != other.url) return false;
  return ref.empty() || ref == other.ref || std::string(kTags) + ref == other.ref;
}

Result<CiName> parse_builder_id(std::string_view text) {
  auto out = CiName::split(text);
  const bool no_ref = text.ends_with('@');
  if (!no_ref && is_plain(out.url) && out.url.starts_with("https://") &&
      (out.ref.empty() || is_plain(out.ref)))
    return out;
  return Error(ErrorKind::usage,
               "--builder-id " + printable(text, kShown) + ": expected a URL, or URL@REF",
               "for example https://github.com/acme/builders/.github/workflows/train.yml@v1.2.0");
}

Result<CiName> parse_signer_workflow(std::string_view text) {
  auto rest = text;
  if (rest.starts_with("https://")) rest.remove_prefix(8);
  auto out = CiName::split(rest);
  const auto steps = split(out.url, '/');
  const bool no_ref = text.ends_with('@');
  if (!no_ref && steps.size() >= 4 && is_host(steps[0]) &&
      steps[0].find('.') != std::string_view::npos && is_plain(out.url) &&
      (out.ref.empty() || is_plain(out.ref))) {
    out.url = "https://" + out.url;
    return out;
  }
  return Error(
      ErrorKind::usage,
      "--signer-workflow " + printable(text, kShown) + ": expected HOST/OWNER/REPO/PATH, or …@REF",
      "for example github.com/acme/builders/.github/workflows/train.yml");
}

bool is_release_ref(std::string_view ref) {
  if (!ref.starts_with(kTags)) return false;
  const auto tag = ref.substr(kTags.size());
  const auto version = parse_version(tag);
  return version && version->numbers.size() == 3 && version->prerelease.empty() &&
         tag.find_first_of("-+") == std::string_view::npos;
}

Result<void> check_version(std::string_view text) {
  if (parse_version(text)) return {};
  return Error(ErrorKind::usage,
               "--source-versioned-tag " + printable(text, kShown) +
                   ": expected a version, vMAJOR[.MINOR[.PATCH]]",
               "for example v1 or v1.2.3; --source-tag takes any other tag");
}

bool tag_has_version(std::string_view tag, std::string_view version) {
  const auto found = parse_version(tag);
  const auto wanted = parse_version(version);
  if (!found || !wanted || found->prerelease != wanted->prerelease) return false;
  constexpr std::string_view kZero = "0";  // v1 is v1.0.0 (golang.org/x/mod/semver, Canonical)
  for (std::size_t i = 0; i < wanted->numbers.size(); ++i) {
    if (wanted->numbers[i] != (i < found->numbers.size() ? found->numbers[i] : kZero)) return false;
  }
  return true;
}

}  // namespace mpk::policy
