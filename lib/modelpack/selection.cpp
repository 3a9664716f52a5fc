// Selection: patterns and kinds over a list of files.
#include "modelpack/selection.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mpk::modelpack {
namespace {

constexpr auto kKinds = std::to_array<std::pair<std::string_view, model::Kind>>({
    {"weights", model::Kind::weight},
    {"config", model::Kind::config},
    {"code", model::Kind::code},
    {"dataset", model::Kind::dataset},
    {"doc", model::Kind::doc},
});

}  // namespace

Result<model::Kind> parse_kind(std::string_view word) {
  for (const auto& [name, kind] : kKinds) {
    if (word == name || word == to_string(kind)) return kind;
  }
  return Error(ErrorKind::usage, printable(word, 80) + ": no kind of file",
               "expected weights, config, code, dataset or doc");
}

Result<std::vector<Selection::Pattern>> Selection::compile(const std::vector<std::string>& texts) {
  std::vector<Pattern> out;
  for (const auto& text : texts) {
    if (text.empty() || text.starts_with('!')) {
      return Error(ErrorKind::usage, "pattern \"" + printable(text, 80) + "\": takes nothing",
                   "use --exclude to leave files out");
    }
    // In a file the '#' would start a comment.
    auto rules = IgnoreRules::parse(text.starts_with('#') ? "\\" + text : text);
    if (!rules) return std::move(rules).error().with("pattern " + printable(text, 80));
    out.push_back({text, rules.take()});
  }
  return out;
}

Result<Selection> Selection::make(const std::vector<std::string>& include,
                                  const std::vector<std::string>& exclude,
                                  const std::vector<std::string>& kinds) {
  Selection out;
  out.include_ = TRY(compile(include));
  out.exclude_ = TRY(compile(exclude));
  for (const auto& word : kinds) out.kinds_.push_back(TRY(parse_kind(word)));
  return out;
}

bool Selection::wants_kind(model::Kind kind) const {
  return kinds_.empty() || std::ranges::find(kinds_, kind) != kinds_.end();
}

bool Selection::wants(const LayerFile& file) const {
  const auto takes = [&](const Pattern& pattern) {
    return pattern.rules.ignored(file.path, false);
  };
  return wants_kind(file.kind) && (include_.empty() || std::ranges::any_of(include_, takes)) &&
         std::ranges::none_of(exclude_, takes);
}

Result<void> Selection::check_used(const std::vector<LayerFile>& files) const {
  for (const auto* patterns : {&include_, &exclude_}) {
    for (const auto& pattern : *patterns) {
      if (std::ranges::none_of(files, [&](const LayerFile& file) {
            return pattern.rules.ignored(file.path, false);
          })) {
        return Error(ErrorKind::usage,
                     "pattern " + printable(pattern.text, 80) + ": no file of the artifact matches",
                     "mpk inspect shows the files");
      }
    }
  }
  for (const auto kind : kinds_) {
    if (std::ranges::none_of(files, [&](const LayerFile& file) { return file.kind == kind; })) {
      return Error(ErrorKind::usage,
                   "the artifact has no file of the kind " + std::string(to_string(kind)),
                   "mpk inspect shows the files");
    }
  }
  if (std::ranges::none_of(files, [&](const LayerFile& file) { return wants(file); })) {
    return Error(ErrorKind::usage, "patterns and kinds together leave no file",
                 "mpk inspect shows the files");
  }
  return {};
}

}  // namespace mpk::modelpack
