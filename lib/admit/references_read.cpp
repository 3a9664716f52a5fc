// The user's rows, read from YAML.
#include "admit/limits.hpp"
#include "admit/references.hpp"
#include "base/text.hpp"
#include "json/read.hpp"
#include "json/yaml.hpp"

#include <nlohmann/json.hpp>

namespace mpk::admit {
namespace {

constexpr const char* kHint = "docs/admission.md shows such a file";

class Reader {
 public:
  Reader(const json::YamlDocument& document, std::string_view file)
      : document_(document), file_(file) {}

  Result<std::vector<ReferenceRow>> read() const {
    const json::Field root(*document_.value);
    TRY(located(root.only({"references"})));
    const auto entries = TRY(located(root.items("references")));
    if (entries.empty()) return at(TRY(located(root.at("references"))), "references has no rows");
    if (entries.size() > limits::kReferenceRows) {
      return at(entries[limits::kReferenceRows],
                "over " + std::to_string(limits::kReferenceRows) + " rows");
    }
    std::vector<ReferenceRow> rows;
    for (const auto& entry : entries) rows.push_back(TRY(row(entry)));
    return rows;
  }

 private:
  template <class T>
  Result<T> located(Result<T> result) const {
    if (result) return result;
    auto error = document_.located(file_, result.error());
    if (error.hint().empty()) return std::move(error).with_hint(kHint);
    return error;
  }
  Error at(const json::Field& field, const std::string& message) const {
    return {ErrorKind::usage, document_.where(file_, field.path()) + ": " + message, kHint};
  }

  Result<ReferenceRow> row(const json::Field& entry) const {
    TRY(located(entry.only({"group", "kind", "path"})));
    ReferenceRow out;
    out.group = TRY(located(entry.string("group")));
    out.kind = TRY(located(entry.string("kind")));
    out.path = TRY(located(entry.string("path")));
    if (out.group.find('/') != std::string::npos) {
      return at(TRY(located(entry.at("group"))),
                "\"" + printable(out.group, 80) + "\" is no group: leave the version out");
    }
    if (out.kind.empty()) return at(TRY(located(entry.at("kind"))), "kind is empty: \"*\" is any");
    const auto path = ReferencePath::parse(out.path);
    if (!path) {
      return at(TRY(located(entry.at("path"))), path.error().message())
          .with_hint(path.error().hint());
    }
    return out;
  }

  const json::YamlDocument& document_;
  std::string_view file_;
};

}  // namespace

Result<std::vector<ReferenceRow>> ReferenceTable::read_rows(std::string_view text,
                                                            std::string_view file) {
  const auto document = json::parse_yaml(text, file);
  if (!document) return Error(document.error()).with_kind(ErrorKind::usage);
  return Reader(*document, file).read();
}

}  // namespace mpk::admit
