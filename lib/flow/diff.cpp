// diff: files by digest first; then only what differs is looked into.
#include "flow/diff.hpp"

#include "base/text.hpp"
#include "flow/diff_manifests.hpp"
#include "flow/diff_side.hpp"
#include "flow/heads.hpp"
#include "model/info_diff.hpp"
#include "model/inspect.hpp"
#include "modelpack/archive_heads.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace mpk::flow {
namespace {

using modelpack::FileChange;
using modelpack::FileEntry;
using modelpack::LayerFile;
using Paths = std::set<std::string, std::less<>>;

/// Archives that the other side does not have in the same place, or (`shared`) has.
std::vector<LayerFile> archives(const Side& side, const Side& other, bool shared) {
  std::vector<LayerFile> out;
  for (const auto& layer : side.layers) {
    if (!is_archive(layer.encoding)) continue;
    const bool there = std::ranges::any_of(
        other.layers, [&](const LayerFile& each) { return same_layer(layer, each); });
    if (there == shared) out.push_back(layer);
  }
  return out;
}

const std::optional<FileEntry>& entry(const FileChange& change, bool before) {
  return before ? change.before : change.after;
}

bool bytes_differ(const FileChange& change) {
  return !change.before || !change.after || change.content != FileChange::Content::same;
}

class Comparison {
 public:
  Comparison(const Context& context, Side& before, Side& after)
      : context_(context), before_(before), after_(after) {}

  Result<Diff> run() {
    out_.before = before_.shown;
    out_.after = after_.shown;
    TRY(read_layers(context_, before_, archives(before_, after_, false), out_.notes));
    TRY(read_layers(context_, after_, archives(after_, before_, false), out_.notes));
    out_.files = modelpack::compare_files(before_.files, after_.files);
    TRY(compare_tensors());
    TRY(compare_facts());
    compare_manifests(before_, after_, out_);
    return std::move(out_);
  }

 private:
  using Wanted = bool (*)(const FileEntry& file);
  Result<void> read_changed(Side& side, bool before, Wanted wanted_file);
  Result<std::vector<model::WeightFile>> weight_files(const Side& side, bool before, Paths& chosen);
  Result<void> compare_tensors();
  bool documents_differ() const;
  Result<void> share(bool weights, bool documents);
  Result<void> share_archives(bool weights, bool documents);
  void choose_documents(const Side& side, Paths& chosen) const;
  Result<void> compare_facts();

  const Context& context_;
  Side& before_;
  Side& after_;
  Diff out_;
  Paths chosen_before_, chosen_after_;  // heads that the facts are taken from
};

Result<void> Comparison::read_changed(Side& side, bool before, Wanted wanted_file) {
  Paths changed;
  for (const auto& change : out_.files.changes) {
    const auto& file = entry(change, before);
    if (file && bytes_differ(change) && wanted_file(*file)) changed.insert(file->path);
  }
  std::vector<LayerFile> wanted;
  for (const auto& layer : side.layers) {
    if (!is_archive(layer.encoding) && changed.contains(layer.path)) wanted.push_back(layer);
  }
  return read_layers(context_, side, wanted, out_.notes);
}

Result<std::vector<model::WeightFile>> Comparison::weight_files(const Side& side, bool before,
                                                                Paths& chosen) {
  std::vector<model::WeightFile> out;
  std::size_t total = 0;
  for (const auto& change : out_.files.changes) {
    const auto& file = entry(change, before);
    if (!file || !bytes_differ(change)) continue;
    std::vector<std::string> paths = {file->path};
    if (file->sealed) paths = side.sealed.at(file->path);
    for (const auto& path : paths) {
      const auto head = side.heads.find(path);
      if (head == side.heads.end() || !is_weights(path, file->kind)) continue;
      auto list = model::list_tensors(head->second);
      if (!list) {
        out_.notes.push_back(printable(side.shown.name, 200) + ": " + printable(path, 200) + ": " +
                             list.error().text());
      } else if (*list) {
        TRY(count_tensors(total, **list));
        chosen.insert(path);
        out.push_back({.path = path,
                       .header = head->second.bytes,
                       .list = **std::move(list),
                       .digest_differs = change.content == FileChange::Content::differs});
      }
    }
  }
  return out;
}

Result<void> Comparison::compare_tensors() {
  const Wanted weights = [](const FileEntry& file) { return is_weights(file.path, file.kind); };
  TRY(read_changed(before_, true, weights));
  TRY(read_changed(after_, false, weights));
  const auto old = TRY(weight_files(before_, true, chosen_before_));
  const auto now = TRY(weight_files(after_, false, chosen_after_));
  out_.weights = model::compare_weights(old, now);
  return {};
}

bool Comparison::documents_differ() const {
  const auto of_side = [](const Side& side, const std::optional<FileEntry>& file) {
    if (!file || !file->sealed) return file && is_document(file->path);
    return std::ranges::any_of(side.sealed.at(file->path),
                               [](const std::string& path) { return is_document(path); });
  };
  return std::ranges::any_of(out_.files.changes, [&](const FileChange& change) {
    return (bytes_differ(change) || change.renamed()) &&
           (of_side(before_, change.before) || of_side(after_, change.after));
  });
}

/// Files that both sides have are read once, from where it is nearest.
Result<void> Comparison::share(bool weights, bool documents) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::set<std::pair<std::string_view, bool>> changed;
  for (const auto& change : out_.files.changes) {
    if (!change.before) continue;
    changed.emplace(change.before->path, change.before->sealed);
    if (!bytes_differ(change)) pairs.emplace_back(change.before->path, change.after->path);
  }
  for (const auto& file : before_.files) {
    if (!changed.contains({file.path, file.sealed})) pairs.emplace_back(file.path, file.path);
  }
  std::map<std::string_view, const LayerFile*> layers;
  for (const auto& layer : before_.layers) layers.emplace(layer.path, &layer);
  std::vector<LayerFile> missing;
  std::erase_if(pairs, [&](const auto& pair) {
    const auto layer = layers.find(pair.first);
    const auto kind = layer == layers.end() ? model::Kind::doc : layer->second->kind;
    const bool is_weight = is_weights(pair.first, kind);
    if (!(weights && is_weight) && !(documents && is_document(pair.first))) return true;
    if (is_weight) {
      chosen_before_.insert(pair.first);
      chosen_after_.insert(pair.second);
    }
    if (before_.heads.contains(pair.first) || after_.heads.contains(pair.second)) return false;
    if (layer != layers.end()) missing.push_back(*layer->second);
    return false;
  });
  TRY(read_layers(context_, before_, missing, out_.notes));
  for (const auto& [old, now] : pairs) {
    if (const auto found = before_.heads.find(old); found != before_.heads.end()) {
      after_.heads.emplace(now, found->second).first->second.path = now;
    } else if (const auto other = after_.heads.find(now); other != after_.heads.end()) {
      before_.heads.emplace(old, other->second).first->second.path = old;
    }
  }
  return share_archives(weights, documents);
}

/// What is in archives that nobody had to read so far.
Result<void> Comparison::share_archives(bool weights, bool documents) {
  auto layers = archives(before_, after_, true);
  std::erase_if(layers, [&](const LayerFile& layer) {
    const bool small = layer.descriptor.size <= modelpack::kWholeArchive;
    return layer.kind == model::Kind::weight ? !weights && !(documents && small)
                                             : !documents || !small;
  });
  const auto wanted = [&](std::string_view path, model::Kind kind) {
    return (weights && is_weights(path, kind)) || (documents && is_document(path));
  };
  if (layers.empty()) return {};
  for (auto& read : TRY(read_heads(context_, *before_.store, layers, wanted))) {
    if (!read.problem.empty()) out_.notes.push_back(read.problem);
    for (auto& head : read.heads) {
      if (!is_document(head.path)) {
        chosen_before_.insert(head.path);
        chosen_after_.insert(head.path);
      }
      before_.heads.emplace(head.path, head);
      after_.heads.emplace(head.path, std::move(head));
    }
  }
  return {};
}

void Comparison::choose_documents(const Side& side, Paths& chosen) const {
  for (const auto& [path, head] : side.heads) {
    if (is_document(path)) chosen.insert(path);
  }
}

bool equal(const model::TensorFacts& a, const model::TensorFacts& b) {
  const auto pairs = [](const model::TensorFacts& facts) {
    std::vector<std::tuple<std::string, std::uint64_t, std::uint64_t>> out;
    for (const auto& [dtype, count] : facts.dtypes)
      out.emplace_back(dtype, count.tensors, count.parameters);
    return out;
  };
  return pairs(a) == pairs(b);
}

/// Moves the heads out: nobody needs them after this.
model::ModelInfo info_of(Side& side, const Paths& chosen) {
  std::vector<model::FileHead> heads;
  for (const auto& path : chosen) {
    if (const auto found = side.heads.find(path); found != side.heads.end())
      heads.push_back(std::move(found->second));
  }
  return model::inspect(heads);
}

/// Totals are those of the whole model: what did not change is read as well, but only where the
/// totals of what did change are not the same.
Result<void> Comparison::compare_facts() {
  model::TensorFacts old, now;
  bool weights = false;
  for (const auto& diff : out_.weights) {
    old.add(diff.facts_before);
    now.add(diff.facts_after);
    weights = weights || diff.before.empty() || diff.after.empty() || !diff.changes.empty() ||
              !diff.metadata.empty();
  }
  const bool documents = documents_differ();
  if (!weights) {
    chosen_before_.clear();
    chosen_after_.clear();
  }
  if (!weights && !documents) return {};
  TRY(share(!equal(old, now), documents));
  if (documents) {
    const Wanted wanted = [](const FileEntry& file) { return is_document(file.path); };
    TRY(read_changed(before_, true, wanted));
    TRY(read_changed(after_, false, wanted));
    choose_documents(before_, chosen_before_);
    choose_documents(after_, chosen_after_);
  }
  out_.facts =
      model::compare_info(info_of(before_, chosen_before_), info_of(after_, chosen_after_));
  return {};
}

bool same_manifest(const Side& before, const Side& after) {
  return before.shown.descriptor && after.shown.descriptor &&
         before.shown.descriptor->digest == after.shown.descriptor->digest;
}

}  // namespace

Result<Diff> diff(const Context& context, const DiffTarget& before, const DiffTarget& after) {
  std::vector<std::optional<Side>> sides(2);
  TRY(parallel_for(2, 2, context.cancel, [&](std::size_t i) -> Result<void> {
    sides[i] = TRY(open_side(context, i == 0 ? before : after));
    return {};
  }));
  if (same_manifest(*sides[0], *sides[1])) {
    Diff out;
    out.before = sides[0]->shown;
    out.after = sides[1]->shown;
    out.files.same = sides[0]->layers.size();
    return out;
  }
  return Comparison(context, *sides[0], *sides[1]).run();
}

}  // namespace mpk::flow
