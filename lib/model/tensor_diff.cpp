// tensor_diff: groups of files by model, paired, and two sorted lists walked side by side.
#include "model/tensor_diff.hpp"

#include "model/weights.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace mpk::model {
namespace {

using Group = std::vector<const WeightFile*>;
using Groups = std::map<std::string, Group>;

Groups groups_of(const std::vector<WeightFile>& files) {
  Groups out;
  for (const auto& file : files) {
    const auto shard = parse_shard_name(file.path);
    out[shard ? shard->stem + shard->ending : file.path].push_back(&file);
  }
  for (auto& [name, group] : out) std::ranges::sort(group, {}, &WeightFile::path);
  return out;
}

/// By name; equal names (a broken model's shards) stay in the order of their files.
std::vector<const Tensor*> tensors_of(const Group& group) {
  std::vector<const Tensor*> out;
  for (const auto* file : group) {
    for (const auto& tensor : file->list.tensors) out.push_back(&tensor);
  }
  std::ranges::stable_sort(out, {}, &Tensor::name);
  return out;
}

void compare_tensors(const Group& before, const Group& after, WeightsDiff& out) {
  const auto old = tensors_of(before);
  const auto now = tensors_of(after);
  std::size_t i = 0, j = 0;
  while (i < old.size() || j < now.size()) {
    const int order = i == old.size()   ? 1
                      : j == now.size() ? -1
                                        : old[i]->name.compare(now[j]->name);
    if (order < 0) {
      out.changes.push_back({*old[i++], std::nullopt});
    } else if (order > 0) {
      out.changes.push_back({std::nullopt, *now[j++]});
    } else {
      const Tensor& a = *old[i++];
      const Tensor& b = *now[j++];
      if (a.dtype == b.dtype && a.shape == b.shape) {
        ++out.same;
      } else {
        out.changes.push_back({a, b});
      }
    }
  }
}

/// The first file that says something of a key counts: shards repeat each other.
std::map<std::string, std::string> metadata_of(const Group& group) {
  std::map<std::string, std::string> out;
  for (const auto* file : group) out.insert(file->list.metadata.begin(), file->list.metadata.end());
  return out;
}

TensorFacts facts_of(const Group& group) {
  TensorFacts out;
  for (const auto* file : group) out.add(file->list.facts);
  return out;
}

bool same_paths(const Group& before, const Group& after) {
  return std::ranges::equal(before, after, {}, &WeightFile::path, &WeightFile::path);
}

bool only_values_differ(const Group& before, const Group& after) {
  return std::ranges::equal(before, after, [](const WeightFile* a, const WeightFile* b) {
    return a->path == b->path && a->header == b->header && a->digest_differs && b->digest_differs;
  });
}

WeightsDiff compare(const std::string& name_before, const Group& before,
                    const std::string& name_after, const Group& after) {
  WeightsDiff out{.before = name_before,
                  .after = name_after,
                  .format = before.front()->list.format,
                  .facts_before = facts_of(before),
                  .facts_after = facts_of(after)};
  compare_tensors(before, after, out);
  out.metadata = compare_texts(metadata_of(before), metadata_of(after));
  out.other_files = name_before == name_after && !same_paths(before, after);
  out.other_values = only_values_differ(before, after);
  return out;
}

bool share_a_name(const Group& before, const Group& after) {
  std::set<std::string_view> names;
  for (const auto* tensor : tensors_of(before)) names.insert(tensor->name);
  return std::ranges::any_of(tensors_of(after),
                             [&](const Tensor* tensor) { return names.contains(tensor->name); });
}

/// The only group of `format`, or the end.
Groups::const_iterator only_one(const Groups& groups, Format format) {
  auto found = groups.end();
  for (auto each = groups.begin(); each != groups.end(); ++each) {
    if (each->second.front()->list.format != format) continue;
    if (found != groups.end()) return groups.end();
    found = each;
  }
  return found;
}

void pair_the_rest(Groups& before, Groups& after, std::vector<WeightsDiff>& out) {
  for (const Format format : {Format::safetensors, Format::gguf, Format::onnx, Format::pytorch}) {
    const auto old = only_one(before, format);
    const auto now = only_one(after, format);
    if (old == before.end() || now == after.end() || !share_a_name(old->second, now->second))
      continue;
    out.push_back(compare(old->first, old->second, now->first, now->second));
    before.erase(old);
    after.erase(now);
  }
}

}  // namespace

std::vector<TextChange> compare_texts(const std::map<std::string, std::string>& before,
                                      const std::map<std::string, std::string>& after) {
  std::vector<TextChange> out;
  for (const auto& [key, value] : before) {
    const auto found = after.find(key);
    if (found == after.end()) {
      out.push_back({key, value, std::nullopt});
    } else if (found->second != value) {
      out.push_back({key, value, found->second});
    }
  }
  for (const auto& [key, value] : after) {
    if (!before.contains(key)) out.push_back({key, std::nullopt, value});
  }
  std::ranges::sort(out, {}, &TextChange::name);
  return out;
}

std::vector<WeightsDiff> compare_weights(const std::vector<WeightFile>& before,
                                         const std::vector<WeightFile>& after) {
  auto old = groups_of(before);
  auto now = groups_of(after);
  std::vector<WeightsDiff> out;
  for (auto each = old.begin(); each != old.end();) {
    const auto other = now.find(each->first);
    if (other == now.end()) {
      ++each;
      continue;
    }
    out.push_back(compare(each->first, each->second, other->first, other->second));
    now.erase(other);
    each = old.erase(each);
  }
  pair_the_rest(old, now, out);
  for (const auto& [name, group] : old) {
    auto& diff = out.emplace_back();
    diff.before = name;
    diff.format = group.front()->list.format;
    diff.facts_before = facts_of(group);
  }
  for (const auto& [name, group] : now) {
    auto& diff = out.emplace_back();
    diff.after = name;
    diff.format = group.front()->list.format;
    diff.facts_after = facts_of(group);
  }
  std::ranges::sort(out, {}, [](const WeightsDiff& diff) {
    return std::pair(diff.before.empty() ? diff.after : diff.before, diff.after);
  });
  return out;
}

}  // namespace mpk::model
