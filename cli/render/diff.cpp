// Diff as text: what a person looks for first comes first; as JSON: everything.
#include "render/diff.hpp"

#include "base/ascii.hpp"
#include "base/text.hpp"
#include "model/tensor_list.hpp"
#include "render/table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace mpk::cli {
namespace {

using flow::Diff;
using modelpack::FileChange;
using modelpack::FileEntry;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::size_t kRows = 20;    // of a long list
constexpr std::size_t kValue = 100;  // bytes of a value on the screen
constexpr std::string_view kArrow = " → ";

std::string arrow(std::string_view before, std::string_view after) {
  return before == after ? std::string(before)
                         : std::string(before) + std::string(kArrow) + std::string(after);
}

std::string value(const std::optional<std::string>& text) {
  return text ? printable(*text, kValue) : "(none)";
}

/// Without a header line; indented by two.
std::string block(const Rows& rows) {
  Rows indented = rows;
  std::size_t columns = 0;
  for (auto& row : indented) {
    row.front().insert(0, 2, ' ');
    columns = std::max(columns, row.size());
  }
  return table(std::vector<Column>(columns, Column{""}), indented);
}

std::string texts(const char* title, const std::vector<model::TextChange>& changes) {
  if (changes.empty()) return {};
  Rows rows;
  for (const auto& change : changes)
    rows.push_back({change.name, value(change.before) + std::string(kArrow) + value(change.after)});
  return std::string(title) + "\n" + block(rows);
}

/// Another clock is thousands of annotations.
std::vector<model::TextChange> first(std::vector<model::TextChange> changes, bool all) {
  if (!all && changes.size() > kRows) changes.resize(kRows);
  return changes;
}
std::string more_text(const std::vector<model::TextChange>& changes, bool all) {
  if (all || changes.size() <= kRows) return {};
  return "  … and " + std::to_string(changes.size() - kRows) + " more (--verbose shows them all)\n";
}

std::string config_text(const Diff& diff) {
  std::vector<model::TextChange> changes;
  const auto text = [](const std::optional<Json>& json) {
    return json ? std::optional(json::compact(*json)) : std::nullopt;
  };
  for (const auto& change : diff.config)
    changes.push_back({change.pointer, text(change.before), text(change.after)});
  return texts("config", changes);
}

std::string octal(unsigned mode) { return mode == 0755 ? "0755" : "0644"; }

std::string remark(const FileChange& change) {
  if (!change.before || !change.after) return {};
  std::string out;
  if (change.mode) out += "mode " + arrow(octal(change.before->mode), octal(change.after->mode));
  if (change.kind) {
    out += (out.empty() ? "" : ", ") + std::string("kind ") +
           arrow(to_string(change.before->kind), to_string(change.after->kind));
  }
  return out.empty() ? out : " (" + out + ")";
}

std::string files_text(const Diff& diff) {
  if (diff.files.changes.empty()) return {};
  Rows rows;
  for (const auto& change : diff.files.changes) {
    const FileEntry& old = change.before ? *change.before : *change.after;
    const FileEntry& now = change.after ? *change.after : *change.before;
    rows.push_back({std::string(change.word()), std::string(to_string(now.kind)),
                    arrow(human_size(old.size), human_size(now.size)),
                    arrow(old.digest.brief(), now.digest.brief()),
                    arrow(old.path, now.path) + remark(change)});
  }
  return "files\n" + block(rows);
}

std::string tensor_text(const model::Tensor& tensor) {
  return tensor.dtype + " " + model::shape_text(tensor);
}

std::string_view word(const model::TensorChange& change) {
  if (!change.before) return "added";
  return change.after ? "changed" : "removed";
}

/// "BF16 → Q4_K" and how many: a model that was quantised has hundreds of these.
std::string dtypes_text(const model::WeightsDiff& diff) {
  std::map<std::string, std::size_t> counts;
  for (const auto& change : diff.changes) {
    if (change.before && change.after) ++counts[arrow(change.before->dtype, change.after->dtype)];
  }
  Rows rows;
  for (const auto& [types, count] : counts) rows.push_back({types, counted(count, "tensor")});
  return rows.empty() ? "" : block(rows);
}

std::string changes_text(const model::WeightsDiff& diff, bool all) {
  Rows rows;
  for (const auto& change : diff.changes) {
    if (!all && rows.size() == kRows) break;
    std::string what = change.before ? tensor_text(*change.before) : "";
    if (change.before && change.after) what += kArrow;
    if (change.after) what += tensor_text(*change.after);
    rows.push_back({std::string(word(change)), printable(change.name(), kValue), what});
  }
  if (rows.empty()) return {};
  std::string out = block(rows);
  if (rows.size() < diff.changes.size()) {
    out += "  … and " + std::to_string(diff.changes.size() - rows.size()) +
           " more (--verbose shows them all)\n" + dtypes_text(diff);
  }
  return out;
}

std::string counts_text(const model::WeightsDiff& diff) {
  const auto of = [&](std::string_view kind) {
    return std::ranges::count_if(diff.changes,
                                 [&](const auto& each) { return word(each) == kind; });
  };
  std::string out = std::to_string(diff.same) + " the same";
  for (const char* kind : {"changed", "added", "removed"}) {
    if (of(kind) > 0) out += ", " + std::to_string(of(kind)) + " " + kind;
  }
  return out;
}

std::string weights_text(const model::WeightsDiff& diff, bool all) {
  if (diff.before.empty() || diff.after.empty()) {
    const auto& facts = diff.before.empty() ? diff.facts_after : diff.facts_before;
    return "tensors of " + printable(diff.before.empty() ? diff.after : diff.before, 200) + ": " +
           counted(facts.tensors, "tensor") + " with " + human_count(facts.parameters) +
           " parameters " + (diff.before.empty() ? "added" : "removed") + "\n";
  }
  std::string out = "tensors of " + printable(arrow(diff.before, diff.after), 400) + ": " +
                    counts_text(diff) + "\n" + changes_text(diff, all);
  if (diff.other_values) {
    out += "  same tensors, other values\n";
  } else if (diff.changes.empty() && diff.other_files) {
    out += "  same tensors in other files; values were not compared\n";
  } else if (diff.changes.empty()) {
    out += "  same tensors, another header; values were not compared\n";
  }
  return out + texts("  metadata", diff.metadata);
}

std::string side_text(const char* sign, const flow::DiffSide& side) {
  return std::string(sign) + " " + printable(side.name, 400) +
         (side.descriptor ? "  " + side.descriptor->digest.brief() : "") + "\n";
}

std::string summary_text(const Diff& diff) {
  const auto same = std::to_string(diff.files.same) + " the same";
  if (!diff.files.changes.empty())
    return counted(diff.files.changes.size(), "file") + " changed, " + same + "\n";
  if (diff.differ()) return "no file differs, " + same + "; the manifests do\n";
  const bool one = diff.before.descriptor && diff.after.descriptor &&
                   diff.before.descriptor->digest == diff.after.descriptor->digest;
  return one ? "no difference: one manifest\n" : "no difference: all files are the same\n";
}

Json text_json(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json texts_json(const std::vector<model::TextChange>& changes) {
  Json out = Json::array();
  for (const auto& change : changes) {
    Json one = {{"name", change.name}};
    one["before"] = text_json(change.before);
    one["after"] = text_json(change.after);
    out.push_back(std::move(one));
  }
  return out;
}

Json side_json(const flow::DiffSide& side) {
  Json out = {{"name", side.name}, {"digest", nullptr}, {"artifactType", side.artifact_type}};
  if (side.descriptor) out["digest"] = side.descriptor->digest.text();
  return out;
}

Json entry_json(const std::optional<FileEntry>& entry) {
  if (!entry) return nullptr;
  return {{"path", entry->path},        {"kind", std::string(to_string(entry->kind))},
          {"size", entry->size},        {"digest", entry->digest.text()},
          {"mode", octal(entry->mode)}, {"archive", entry->archive}};
}

Json files_json(const Diff& diff) {
  Json out = Json::array();
  for (const auto& change : diff.files.changes) {
    Json one = {{"change", std::string(change.word())},
                {"modeChanged", change.mode},
                {"kindChanged", change.kind}};
    one["before"] = entry_json(change.before);
    one["after"] = entry_json(change.after);
    out.push_back(std::move(one));
  }
  return out;
}

Json facts_json(const model::TensorFacts& facts) {
  return {{"tensors", facts.tensors}, {"parameters", facts.parameters}};
}

Json weights_json(const model::WeightsDiff& diff) {
  Json changes = Json::array();
  for (const auto& change : diff.changes) {
    Json one = {{"change", std::string(word(change))}, {"name", change.name()}};
    one["before"] = change.before ? tensor_json(*change.before) : Json(nullptr);
    one["after"] = change.after ? tensor_json(*change.after) : Json(nullptr);
    changes.push_back(std::move(one));
  }
  Json out = {{"before", diff.before},
              {"after", diff.after},
              {"format", std::string(to_string(diff.format))},
              {"same", diff.same},
              {"otherFiles", diff.other_files},
              {"otherValues", diff.other_values}};
  out["totalsBefore"] = facts_json(diff.facts_before);
  out["totalsAfter"] = facts_json(diff.facts_after);
  out["changes"] = std::move(changes);
  out["metadata"] = texts_json(diff.metadata);
  return out;
}

}  // namespace

std::string diff_text(const Diff& diff, bool all) {
  std::string out = side_text("-", diff.before) + side_text("+", diff.after);
  out += texts("facts", diff.facts) + config_text(diff) + texts("annotations", diff.annotations) +
         texts("the manifests differ", first(diff.manifest, all)) + more_text(diff.manifest, all) +
         files_text(diff);
  for (const auto& each : diff.weights) out += weights_text(each, all);
  return out + summary_text(diff);
}

Json tensor_json(const model::Tensor& tensor) {
  Json out = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"bytes", nullptr}};
  if (tensor.bytes) out["bytes"] = *tensor.bytes;
  return out;
}

Json diff_json(const Diff& diff) {
  Json config = Json::array();
  for (const auto& change : diff.config) {
    Json one = {{"pointer", change.pointer}};
    one["before"] = change.before.value_or(Json(nullptr));
    one["after"] = change.after.value_or(Json(nullptr));
    config.push_back(std::move(one));
  }
  Json weights = Json::array();
  for (const auto& each : diff.weights) weights.push_back(weights_json(each));
  Json out = {{"kind", "Diff"}, {"differ", diff.differ()}, {"filesSame", diff.files.same}};
  out["before"] = side_json(diff.before);
  out["after"] = side_json(diff.after);
  out["files"] = files_json(diff);
  out["weights"] = std::move(weights);
  out["facts"] = texts_json(diff.facts);
  out["config"] = std::move(config);
  out["annotations"] = texts_json(diff.annotations);
  out["manifest"] = texts_json(diff.manifest);
  out["notes"] = diff.notes;
  return out;
}

}  // namespace mpk::cli
