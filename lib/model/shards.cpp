// shards: what an index (model.safetensors.index.json, pytorch_model.bin.index.json) promises, and
// what the numbering promises.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/contradictions.hpp"
#include "model/json_file.hpp"
#include "model/names.hpp"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <unordered_set>
#include <utility>

namespace mpk::model {
namespace {

constexpr std::size_t kReported = 16;  // missing shards by name; the rest as a number

/// The tensors that the index maps, by the shard's path.
using WeightMap = std::map<std::string, std::unordered_set<std::string_view>>;

std::optional<WeightMap> weight_map(const Json& index, std::string_view path) {
  const auto member = index.find("weight_map");
  if (member == index.end() || !member->is_object()) return std::nullopt;
  WeightMap out;
  for (const auto& [tensor, shard] : member->get_ref<const Json::object_t&>()) {
    if (!shard.is_string()) return std::nullopt;
    out[std::string(directory(path)) + shard.get<std::string>()].insert(tensor);
  }
  return out;
}

struct Totals {
  std::uint64_t bytes = 0, parameters = 0;
  std::uint64_t unlisted = 0, absent = 0;  // tensors only in the shards, only in the index
  std::string example;
  bool complete = true;  // every shard could be read
};

/// What a shard has, whatever its format.
struct Shard {
  std::vector<std::string_view> names;
  std::uint64_t bytes = 0, parameters = 0;
};

std::optional<Shard> find_shard(const Weights& weights, const std::string& path) {
  Shard out;
  const auto take = [&](const std::vector<Tensor>& list, const TensorFacts& facts) {
    for (const Tensor& tensor : list) {
      out.names.push_back(tensor.name);
      out.bytes += tensor.bytes.value_or(0);
    }
    out.parameters = facts.parameters;
  };
  if (const auto at = weights.safetensors.find(path); at != weights.safetensors.end()) {
    take(at->second.list, at->second.tensors);
    out.bytes = at->second.data_bytes;
    return out;
  }
  if (const auto at = weights.pytorch.find(path); at != weights.pytorch.end()) {
    // Tied weights are listed by each of their names.
    for (const auto& [name, listed] : at->second.state.shared) out.names.push_back(name);
    for (const std::string& name : at->second.state.unread) out.names.push_back(name);
    take(at->second.list, at->second.tensors);
    return out;
  }
  return std::nullopt;
}

Totals compare_shards(const WeightMap& map, const Weights& weights) {
  Totals out;
  for (const auto& [path, listed] : map) {
    const auto shard = find_shard(weights, path);
    if (!shard) {
      out.complete = false;
      continue;
    }
    out.bytes += shard->bytes;
    out.parameters += shard->parameters;
    std::size_t found = 0;
    for (const std::string_view name : shard->names) {
      if (listed.contains(name)) {
        ++found;
        continue;
      }
      ++out.unlisted;
      if (out.example.empty()) out.example = name;
    }
    out.absent += listed.size() - found;
  }
  return out;
}

void compare_total(const Json& index, const char* key, std::uint64_t found, const std::string& path,
                   ModelInfo& info) {
  const auto metadata = index.find("metadata");
  if (metadata == index.end() || !metadata->is_object()) return;
  const auto declared = metadata->find(key);
  // Old writers made it a float.
  if (declared == metadata->end() || !declared->is_number()) return;
  if (declared->is_number_unsigned() ? declared->get<std::uint64_t>() == found
                                     : declared->get<double>() == static_cast<double>(found)) {
    return;
  }
  add_finding(info, Severity::low, "index-contradicts", path,
              std::string(key) + " is " + scalar_text(*declared) + ", the shards have " +
                  std::to_string(found),
              "write the index again");
}

void check_index(const FileHead& file, const Heads& heads, const Weights& weights, ModelInfo& info,
                 std::set<std::string>& missing) {
  const auto index = parse_json_file(file, info);
  if (!index) return;
  const auto map = weight_map(*index, file.path);
  if (!map) {
    add_finding(info, Severity::medium, "index-contradicts", file.path,
                "\"weight_map\" does not map tensors to files", "write the index again");
    return;
  }
  for (const auto& [path, tensors] : *map) {
    if (!heads.contains(path)) missing.insert(path);
  }
  const bool pytorch = file.path.ends_with(".bin.index.json");
  if (!pytorch && !file.path.ends_with(".safetensors.index.json")) return;
  const Totals totals = compare_shards(*map, weights);
  if (totals.unlisted != 0 || totals.absent != 0) {
    add_finding(info, Severity::medium, "index-contradicts", file.path,
                std::to_string(totals.absent) + " of its tensors are not in their shards, " +
                    std::to_string(totals.unlisted) + " tensors of the shards are not listed" +
                    (totals.example.empty() ? "" : " (" + printable(totals.example, 80) + ")"),
                "write the index again");
  }
  // Writers differ in how often they count what two names share.
  if (!totals.complete || pytorch) return;
  compare_total(*index, "total_size", totals.bytes, file.path, info);
  compare_total(*index, "total_parameters", totals.parameters, file.path, info);
}

/// "-00001-of-00003" promises its two siblings.
void check_numbering(const Heads& heads, std::set<std::string>& missing) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& [path, head] : heads) {
    const auto shard = parse_shard_name(path);
    if (!shard || shard->total > limits::kModelFiles) continue;
    const std::string total = std::string(path.substr(shard->stem.size() + 6, 9));  // "-of-00003"
    if (!seen.emplace(shard->stem, total + shard->ending).second) continue;
    for (std::uint64_t number = 1; number <= shard->total; ++number) {
      std::string digits = std::to_string(number);
      digits.insert(0, 5 - digits.size(), '0');
      std::string sibling = shard->stem + "-" + digits + total + shard->ending;
      if (!heads.contains(sibling)) missing.insert(std::move(sibling));
    }
  }
}

}  // namespace

void check_shards(const Heads& heads, Weights& weights, ModelInfo& info) {
  std::set<std::string> missing;
  for (const auto& [path, head] : heads) {
    if (path.ends_with(".index.json")) check_index(*head, heads, weights, info, missing);
  }
  check_numbering(heads, missing);
  if (missing.empty()) return;
  weights.complete = false;
  std::size_t reported = 0;
  for (const std::string& path : missing) {
    const bool last = ++reported == kReported && missing.size() > kReported;
    const std::size_t more = missing.size() - kReported;
    add_finding(
        info, Severity::high, "shard-missing", printable(path, 400),
        last ? "shard is missing, and " + std::to_string(more) + " more" : "shard is missing",
        "get the complete model");
    if (last) return;
  }
}

}  // namespace mpk::model
