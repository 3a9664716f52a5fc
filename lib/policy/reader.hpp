// Reader: what every section of a policy file is read with. Internal to policy/.
#pragma once

#include "json/read.hpp"
#include "json/yaml.hpp"
#include "policy/policy.hpp"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::policy {

/// Views: the document and the file's name outlive it. All errors are usage and start with
/// file:line:column.
class Reader {
 public:
  Reader(const json::YamlDocument& document, std::string_view file)
      : document_(document), file_(file) {}

  std::string_view file() const { return file_; }
  /// The file that `field`, the value of `key`, names, from the policy's directory on. Each is read
  /// once. Not thread-safe.
  Result<std::string> named_file(const json::Field& field, std::string_view key) const;
  struct NamedFile {
    std::filesystem::path path;
    std::string text;
  };
  /// Those that were read, in the order in which they are named.
  const std::vector<NamedFile>& named_files() const { return named_files_; }
  std::size_t line(const json::Field& field) const;

  Error at(const json::Field& field, const std::string& message) const;
  /// The same for an error of another reader: its message and hint.
  Error at(const json::Field& field, const Error& error) const;
  /// Every error of json::Field starts with the path; people want file:line:column.
  template <class T>
  Result<T> located(Result<T> result) const {
    if (result) return result;
    return document_.located(file_, result.error());
  }

  /// A mapping with these keys only, not empty, none without a value.
  Result<void> known(const json::Field& field, std::initializer_list<std::string_view> keys) const;
  /// A section of `parent`, known(); nullopt: it is not there.
  Result<std::optional<json::Field>> section(const json::Field& parent, std::string_view key,
                                             std::initializer_list<std::string_view> keys) const;

  /// Not empty.
  Result<std::string> text(const json::Field& field) const;
  Result<bool> boolean(const json::Field& parent, std::string_view key, bool otherwise) const;
  /// A number as YAML has it; "2" in quotes is none.
  Result<std::optional<std::uint64_t>> whole_number(const json::Field& parent, std::string_view key,
                                                    std::uint64_t least, std::uint64_t most,
                                                    std::string_view of = {}) const;
  Result<std::optional<double>> number(const json::Field& parent, std::string_view key) const;
  Result<std::optional<std::uint64_t>> duration(const json::Field& parent,
                                                std::string_view key) const;
  /// Either text under `exact` or RE2 under `pattern`.
  Result<sigstore::Matcher> matcher(const json::Field& entry, const char* exact,
                                    const char* pattern) const;
  Result<Regex> regex(const json::Field& field) const;

  enum class Empty { refused, allowed };
  /// None when it is not there. A list that is empty would demand nothing, where it is not
  /// `allowed`. No entry is there twice.
  Result<std::vector<json::Field>> list(const json::Field& parent, std::string_view key,
                                        Empty empty = Empty::refused) const;
  Result<std::vector<std::string>> texts(const json::Field& parent, std::string_view key,
                                         Empty empty = Empty::refused) const;
  Result<std::vector<NamePattern>> globs(const json::Field& parent, std::string_view key,
                                         Empty empty = Empty::refused) const;
  /// `field` is one of `words`; `what`: "profile".
  Result<std::string> word(const json::Field& field, std::string_view what,
                           std::span<const std::string> words) const;
  Result<std::vector<std::string>> words(const json::Field& parent, std::string_view key,
                                         std::string_view what, std::span<const std::string> words,
                                         Empty empty = Empty::refused) const;
  /// A URI, as far as its form goes.
  Result<std::string> uri(const json::Field& field) const;
  /// No entry may be allowed and denied.
  Result<void> apart(const json::Field& section) const;

 private:
  Error unknown_word(const json::Field& field, std::string_view what, const std::string& word,
                     std::span<const std::string> words) const;

  const json::YamlDocument& document_;
  std::string_view file_;
  mutable std::vector<NamedFile> named_files_;
};

/// What a section without signers of its own takes.
struct OwnSigners {
  std::size_t size = 0;
  std::size_t threshold = 1;
};

Result<SignerList> read_signers(const Reader& in, const json::Field& parent);
/// `signers` and `threshold` of a section; how many of them can be asked for depends on `own`.
Result<SignedBy> read_signed_by(const Reader& in, const json::Field& parent, const OwnSigners& own);
Result<std::size_t> read_threshold(const Reader& in, const json::Field& parent, std::size_t signers,
                                   std::size_t otherwise);
Result<void> read_evidence(const Reader& in, const json::Field& parent, Policy& out);

// The sections; nullopt: `parent` has none.
Result<std::optional<ProvenanceRule>> read_provenance(const Reader& in, const json::Field& parent,
                                                      const OwnSigners& own);
Result<std::optional<AibomRule>> read_aibom(const Reader& in, const json::Field& parent,
                                            const OwnSigners& own);
Result<std::optional<ContentRule>> read_content(const Reader& in, const json::Field& parent,
                                                const OwnSigners& own);
Result<std::optional<LineageRule>> read_lineage(const Reader& in, const json::Field& parent);
Result<std::optional<VsaRule>> read_vsa(const Reader& in, const json::Field& parent,
                                        const OwnSigners& own);
Result<std::optional<WaiverRule>> read_waivers(const Reader& in, const json::Field& parent);
Result<std::vector<Denied>> read_denied(const Reader& in, const json::Field& root);

/// `match` of a rule. Refuses what can match no HOST/REPO, and what an earlier rule takes.
Result<std::vector<NamePattern>> read_match(const Reader& in, const json::Field& parent,
                                            const std::vector<Policy>& earlier);

}  // namespace mpk::policy
