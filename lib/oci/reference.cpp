// Reference: taking the names of artifacts apart (distribution-spec, "Pulling manifests").
#include "oci/reference.hpp"

#include "base/ascii.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>

namespace mpk::oci {
namespace {

constexpr std::string_view kLayoutPrefix = "oci:";
// distribution-spec: many clients limit host and name together to 255 characters.
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;

bool is_word(char c) { return is_letter_or_digit(c) || c == '_'; }

Error wrong(std::string_view text, std::string_view what, std::string hint = {}) {
  return Error(ErrorKind::usage,
               fmt::format("reference \"{}\": {}", printable(redact(text), 300), what),
               std::move(hint));
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return false;
  const auto port = parse_u64(text);
  return port && *port >= 1 && *port <= 65535;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

// RFC 3986 §3.2.2: an IPv6 address stands in brackets.
bool is_bracketed_address(std::string_view text) {
  if (text.size() < 4 || text.front() != '[' || text.back() != ']') return false;
  in6_addr address{};
  const std::string inner(text.substr(1, text.size() - 2));
  return ::inet_pton(AF_INET6, inner.c_str(), &address) == 1;
}

bool is_host_and_port(std::string_view text) {
  std::string_view host = text;
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    if (!is_port(text.substr(colon + 1))) return false;
    host = text.substr(0, colon);
  }
  if (host.starts_with('[')) return is_bracketed_address(host);
  return std::ranges::all_of(split(host, '.'), is_label);
}

bool could_be_host(std::string_view word) {
  if (word == "." || word == ".." || word.empty()) return false;
  if (iequals_ascii(word, "localhost")) return true;
  // "https:" of a pasted URL counts too, so that the message can say what is wrong with it.
  return word.find(':', 1) != std::string_view::npos ||
         word.substr(0, word.size() - 1).find('.', 1) != std::string_view::npos;
}

// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
bool is_component(std::string_view text) {
  const auto is_alnum = [](char c) { return is_digit(c) || is_lower(c); };
  std::size_t at = 0;
  while (true) {
    const std::size_t start = at;
    while (at < text.size() && is_alnum(text[at])) ++at;
    if (at == start) return false;
    if (at == text.size()) return true;
    const std::size_t separator = at;
    while (at < text.size() && !is_alnum(text[at])) ++at;
    const std::string_view between = text.substr(separator, at - separator);
    const bool dashes = between.find_first_not_of('-') == std::string_view::npos;
    if (between != "." && between != "_" && between != "__" && !dashes) return false;
  }
}

Result<void> check_repository(std::string_view text, std::string_view repository) {
  if (repository.empty()) {
    return wrong(text, "no repository after the host", "as in ghcr.io/acme/llm:1.0");
  }
  const auto components = split(repository, '/');
  if (std::ranges::all_of(components, is_component)) return {};
  const std::string lower = lower_ascii(repository);
  if (lower != repository && std::ranges::all_of(split(lower, '/'), is_component)) {
    return wrong(text, "a repository is lower case", fmt::format("write {}", lower));
  }
  return wrong(text,
               fmt::format("\"{}\" is no repository name: lower-case letters and digits, separated "
                           "by single \".\", \"_\", \"/\" or by \"-\"",
                           printable(repository, 100)),
               "if a path is meant, write ./ in front of it");
}

Result<Digest> read_digest(std::string_view whole, std::string_view text) {
  if (text.find('@') != std::string_view::npos) return wrong(whole, "two digests");
  auto digest = Digest::parse(text);
  if (!digest) return wrong(whole, digest.error().message(), digest.error().hint());
  return digest;
}

Result<std::string> read_tag(std::string_view whole, std::string_view tag) {
  if (is_tag(tag)) return std::string(tag);
  if (tag.empty())
    return wrong(whole, "nothing after \":\"", "write a tag, or leave the \":\" out");
  return wrong(
      whole, fmt::format("\"{}\" is no tag", printable(tag, 140)),
      "a tag has letters, digits, \"_\", \".\" and \"-\", starts with none of the last two "
      "and has at most 128 characters");
}

Result<Reference> parse_layout(std::string_view text) {
  std::string_view rest = text.substr(kLayoutPrefix.size());
  if (rest.starts_with("//")) {
    return wrong(text, "\"oci://\" is no scheme of mpk",
                 fmt::format("a registry: {}; a local layout: oci:DIR", printable(rest.substr(2))));
  }
  Reference reference;
  reference.kind = Reference::Kind::layout;
  // A directory may have an "@" in its name: only what starts like a digest is one.
  const auto cut_digest = [&]() -> std::optional<std::string_view> {
    const std::size_t at = rest.rfind('@');
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view tail = rest.substr(at + 1);
    const bool has_form = iequals_ascii(tail.substr(0, 3), "sha") &&
                          tail.find(':') != std::string_view::npos &&
                          tail.find('/') == std::string_view::npos;
    if (!has_form) return std::nullopt;
    rest = rest.substr(0, at);
    return tail;
  };
  if (const auto digest = cut_digest()) {
    reference.digest = TRY(read_digest(text, *digest));
    if (cut_digest()) return wrong(text, "two digests");
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    reference.tag = TRY(read_tag(text, rest.substr(colon + 1)));
    rest = rest.substr(0, colon);
  }
  if (rest.empty()) return wrong(text, "no directory after \"oci:\"", "as in oci:./store:1.0");
  if (rest.find('\0') != std::string_view::npos)
    return wrong(text, "a NUL in the directory's name");
  reference.layout = std::filesystem::path(rest);
  return reference;
}

Result<std::string> read_host(std::string_view text, std::string_view host) {
  if (host.find('@') != std::string_view::npos) {
    // Not quoted: what stands before the "@" may be a password.
    return Error(ErrorKind::usage, "a reference holds no user name or password",
                 "store them with mpk login");
  }
  if (!could_be_host(host)) {
    return wrong(text, "no registry host in front",
                 "as in ghcr.io/acme/llm:1.0, or docker.io/acme/llm for Docker Hub");
  }
  if (!is_host_and_port(host)) {
    return wrong(text, fmt::format("\"{}\" is no host name", printable(host, 100)),
                 "an international name is written in its xn-- form, an IPv6 address in brackets");
  }
  const std::string lower = lower_ascii(host);
  return lower == "index.docker.io" ? std::string("docker.io") : lower;
}

Result<Reference> parse_registry(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    return wrong(text, "a reference has no scheme",
                 fmt::format("leave \"{}\" out", printable(text.substr(0, scheme + 3), 20)));
  }
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return wrong(text, "no registry host in front", "as in ghcr.io/acme/llm:1.0");
  }
  Reference reference;
  reference.registry = TRY(read_host(text, text.substr(0, slash)));
  std::string_view rest = text.substr(slash + 1);
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = TRY(read_digest(text, rest.substr(at + 1)));
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find('/', colon) == std::string_view::npos) {
    reference.tag = TRY(read_tag(text, rest.substr(colon + 1)));
    rest = rest.substr(0, colon);
  }
  TRY(check_repository(text, rest));
  reference.repository = rest;
  // Docker Hub: names of one component are its official images.
  if (reference.registry == "docker.io" && rest.find('/') == std::string_view::npos) {
    reference.repository = fmt::format("library/{}", rest);
  }
  const std::size_t length = reference.registry.size() + 1 + reference.repository.size();
  if (length > kMaxName) {
    return wrong(text, fmt::format("host and repository have {} characters, at most {} are allowed",
                                   length, kMaxName));
  }
  return reference;
}

}  // namespace

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTag && is_word(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

Result<Reference> Reference::parse(std::string_view text) {
  if (text.starts_with(kLayoutPrefix)) return parse_layout(text);
  return parse_registry(text);
}

bool Reference::looks_like(std::string_view word) {
  if (word.starts_with(kLayoutPrefix)) return true;
  const std::size_t slash = word.find('/');
  if (slash == std::string_view::npos || slash + 1 == word.size()) return false;
  return could_be_host(word.substr(0, slash));
}

std::string Reference::name() const {
  if (kind == Kind::layout) return fmt::format("{}{}", kLayoutPrefix, layout.native());
  return fmt::format("{}/{}", registry, repository);
}

std::string Reference::text() const {
  std::string out = name();
  if (tag) out.append(":").append(*tag);
  if (digest) out.append("@").append(digest->text());
  return out;
}

Reference Reference::with_digest(const Digest& new_digest) const {
  Reference out = *this;
  out.tag.reset();
  out.digest = new_digest;
  return out;
}

Reference Reference::with_tag(std::string new_tag) const {
  Reference out = *this;
  out.tag = std::move(new_tag);
  out.digest.reset();
  return out;
}

std::string Reference::target() const {
  if (digest) return digest->text();
  return tag.value_or("");
}

}  // namespace mpk::oci
