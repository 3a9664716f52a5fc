// Reader: values of a policy file, strictly, and where an error says it is.
#include "policy/reader.hpp"

#include "base/duration.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mpk::policy {
namespace {

std::string shown(const std::string& text) { return "\"" + printable(text, 100) + "\""; }

// RFC 3986 §3.1, and nothing that no URI has.
bool is_uri(std::string_view text) {
  static const auto kForm =
      Regex::compile(R"([A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f"<>\\^`{|}]+)");
  return kForm && kForm->full_match(text);
}

}  // namespace

std::size_t Reader::line(const json::Field& field) const {
  const auto found = document_.positions.find(field.path());
  return found == document_.positions.end() ? 0 : found->second.line;
}

Result<std::string> Reader::named_file(const json::Field& field, std::string_view key) const {
  const auto name = TRY(located(field.string()));
  if (name.empty()) return at(field, std::string(key) + " is empty");
  auto path = std::filesystem::path(file_).parent_path() / name;
  const auto known = std::ranges::find(named_files_, path, &NamedFile::path);
  if (known != named_files_.end()) return known->text;
  auto text = read_file(path, limits::kToken);
  if (!text) {
    return at(field, std::string(key) + ": " + text.error().message())
        .with_hint("the name is taken from the policy's directory on; key takes the PEM itself");
  }
  named_files_.push_back({std::move(path), *text});
  return text;
}

Error Reader::at(const json::Field& field, const std::string& message) const {
  return Error(ErrorKind::usage, document_.where(file_, field.path()) + ": " + message,
               "docs/policy.md shows a whole policy");
}

Error Reader::at(const json::Field& field, const Error& error) const {
  auto out = at(field, error.text());
  return error.hint().empty() ? out : std::move(out).with_hint(error.hint());
}

Result<void> Reader::known(const json::Field& field,
                           std::initializer_list<std::string_view> keys) const {
  const auto checked = field.only(keys);
  const auto members = TRY(located(field.members()));
  for (const auto& [name, member] : members) {
    if (std::ranges::find(keys, name) != keys.end()) continue;
    // The reader names the mapping; people want the line of the key itself.
    return Error(ErrorKind::usage,
                 document_.where(file_, member.path()) + ": " + checked.error().message(),
                 checked.error().hint());
  }
  if (members.empty())
    return at(field, field.path() + " is empty").with_hint("leave the key out, or say what it is");
  for (const auto& [name, member] : members) {
    if (!member.value().is_null()) continue;
    return at(member, name + " has no value").with_hint("leave the key out, or say what it is");
  }
  return {};
}

Result<std::optional<json::Field>> Reader::section(
    const json::Field& parent, std::string_view key,
    std::initializer_list<std::string_view> keys) const {
  auto field = TRY(located(parent.find(key)));
  if (field) TRY(known(*field, keys));
  return field;
}

Result<std::string> Reader::text(const json::Field& field) const {
  auto out = TRY(located(field.string()));
  if (out.empty()) return at(field, field.path() + " is empty");
  return out;
}

Result<bool> Reader::boolean(const json::Field& parent, std::string_view key,
                             bool otherwise) const {
  return TRY(located(parent.optional_boolean(key))).value_or(otherwise);
}

Result<std::optional<std::uint64_t>> Reader::whole_number(const json::Field& parent,
                                                          std::string_view key, std::uint64_t least,
                                                          std::uint64_t most,
                                                          std::string_view of) const {
  const auto field = TRY(located(parent.find(key)));
  if (!field) return std::optional<std::uint64_t>();
  const auto value = TRY(located(field->integer()));
  if (value >= 0 && static_cast<std::uint64_t>(value) >= least &&
      static_cast<std::uint64_t>(value) <= most)
    return std::optional(static_cast<std::uint64_t>(value));
  return at(*field, fmt::format("{} is {}, expected {} to {}{}", key, value, least, most, of));
}

Result<std::optional<double>> Reader::number(const json::Field& parent,
                                             std::string_view key) const {
  const auto field = TRY(located(parent.find(key)));
  if (!field) return std::optional<double>();
  return std::optional(TRY(located(field->number())));
}

Result<std::optional<std::uint64_t>> Reader::duration(const json::Field& parent,
                                                      std::string_view key) const {
  const auto field = TRY(located(parent.find(key)));
  if (!field) return std::optional<std::uint64_t>();
  const auto read = parse_duration(TRY(located(field->string())));
  if (!read) return at(*field, read.error());
  return std::optional(*read);
}

Result<Regex> Reader::regex(const json::Field& field) const {
  auto compiled = Regex::compile(TRY(text(field)));
  if (!compiled) return at(field, field.path() + ": " + compiled.error().message());
  return compiled;
}

Result<sigstore::Matcher> Reader::matcher(const json::Field& entry, const char* exact,
                                          const char* pattern) const {
  const auto text = TRY(located(entry.find(exact)));
  const auto expression = TRY(located(entry.find(pattern)));
  if (text.has_value() == expression.has_value())
    return at(entry, std::string("expected either ") + exact + " or " + pattern);
  if (text) return sigstore::Matcher{TRY(this->text(*text)), std::nullopt};
  auto compiled = TRY(regex(*expression));
  return sigstore::Matcher{compiled.pattern(), compiled};
}

Result<std::vector<json::Field>> Reader::list(const json::Field& parent, std::string_view key,
                                              Empty empty) const {
  const auto field = TRY(located(parent.find(key)));
  if (!field) return std::vector<json::Field>();
  auto entries = TRY(located(field->items()));
  if (entries.empty() && empty == Empty::refused)
    return at(*field, std::string(key) + " is empty").with_hint("leave the key out to ask nothing");
  std::set<std::string> seen;
  for (const auto& entry : entries) {
    if (!seen.insert(entry.value().dump(-1, ' ', false, Json::error_handler_t::replace)).second)
      return at(entry, entry.path() + " is there twice");
  }
  return entries;
}

Result<std::vector<std::string>> Reader::texts(const json::Field& parent, std::string_view key,
                                               Empty empty) const {
  std::vector<std::string> out;
  for (const auto& entry : TRY(list(parent, key, empty))) out.push_back(TRY(text(entry)));
  return out;
}

Result<std::vector<NamePattern>> Reader::globs(const json::Field& parent, std::string_view key,
                                               Empty empty) const {
  std::vector<NamePattern> out;
  for (const auto& entry : TRY(list(parent, key, empty))) {
    auto pattern = TRY(text(entry));
    auto glob = Glob::parse(pattern);
    if (!glob) return at(entry, glob.error());
    out.push_back({std::move(pattern), glob.take()});
  }
  return out;
}

Error Reader::unknown_word(const json::Field& field, std::string_view what, const std::string& word,
                           std::span<const std::string> words) const {
  const auto near = nearest(word, words);
  return at(field, fmt::format("{} is no {}", shown(word), what))
      .with_hint(near.empty() ? "expected one of " + join(words, ", ")
                              : "did you mean \"" + std::string(near) + "\"?");
}

Result<std::string> Reader::word(const json::Field& field, std::string_view what,
                                 std::span<const std::string> words) const {
  auto out = TRY(text(field));
  if (std::ranges::find(words, out) == words.end()) return unknown_word(field, what, out, words);
  return out;
}

Result<std::vector<std::string>> Reader::words(const json::Field& parent, std::string_view key,
                                               std::string_view what,
                                               std::span<const std::string> words,
                                               Empty empty) const {
  std::vector<std::string> out;
  for (const auto& entry : TRY(list(parent, key, empty)))
    out.push_back(TRY(word(entry, what, words)));
  return out;
}

Result<std::string> Reader::uri(const json::Field& field) const {
  auto out = TRY(text(field));
  if (!is_uri(out)) return at(field, shown(out) + " is no URI").with_hint("for example https://…");
  return out;
}

Result<void> Reader::apart(const json::Field& section) const {
  const auto allowed = TRY(texts(section, "allow", Empty::refused));
  const std::set<std::string> all(allowed.begin(), allowed.end());
  for (const auto& entry : TRY(list(section, "deny", Empty::allowed))) {
    auto denied = TRY(text(entry));
    if (all.contains(denied)) return at(entry, shown(denied) + " is allowed and denied");
  }
  return {};
}

}  // namespace mpk::policy
