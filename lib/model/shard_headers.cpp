// check_shard_headers: what shards of one model may not say differently, or twice.
#include "base/text.hpp"
#include "model/collect.hpp"
#include "model/consistency.hpp"

#include <map>
#include <string>
#include <string_view>

namespace mpk::model {
namespace {

std::string group_of(const std::string& path) {
  const auto shard = parse_shard_name(path);
  return shard ? shard->stem + shard->ending : path;
}

template <class Header>
void check_names(const std::map<std::string, Header>& headers, ModelInfo& info) {
  struct Seen {
    std::map<std::string_view, const std::string*> first;
    std::uint64_t twice = 0;
    std::string example, where;
  };
  std::map<std::string, Seen> groups;
  for (const auto& [path, header] : headers) {
    Seen& seen = groups[group_of(path)];
    for (const Tensor& tensor : header.list) {
      const auto [known, added] = seen.first.emplace(tensor.name, &path);
      if (added) continue;
      if (++seen.twice > 1) continue;
      seen.example = printable(tensor.name, 80) + " is in " + printable(*known->second, 200);
      seen.where = path;
    }
  }
  for (const auto& [name, seen] : groups) {
    if (seen.twice == 0) continue;
    const std::string more =
        seen.twice == 1 ? "" : ", and " + std::to_string(seen.twice - 1) + " more are";
    add_finding(info, Severity::medium, "tensor-twice", seen.where,
                "tensor " + seen.example + ", too" + more,
                "write the shards again: which of the two is loaded is chance");
  }
}

/// __metadata__.format names the framework that transformers loads the file with.
void check_format(const Weights& weights, ModelInfo& info) {
  std::map<std::string, std::pair<std::string, const std::string*>> first;
  for (const auto& [path, header] : weights.safetensors) {
    const auto format = header.metadata.find("format");
    if (format == header.metadata.end()) continue;
    const auto [known, added] = first.emplace(group_of(path), std::pair(format->second, &path));
    if (added || known->second.first == format->second) continue;
    add_finding(info, Severity::low, "metadata-contradicts", path,
                "its format is " + printable(format->second, 80) + ", that of " +
                    printable(*known->second.second, 200) + " is " +
                    printable(known->second.first, 80),
                "write the shards again");
  }
}

/// llama.cpp, gguf-split: each file has its number and the sums of all.
void check_splits(const Weights& weights, ModelInfo& info) {
  std::map<std::string, std::uint64_t> tensors;
  for (const auto& [path, header] : weights.gguf) tensors[group_of(path)] += header.list.size();
  for (const auto& [path, header] : weights.gguf) {
    const auto contradicts = [&](const std::string& what, std::uint64_t said, const char* where,
                                 std::uint64_t found) {
      add_finding(info, Severity::medium, "split-contradicts", path,
                  what + " is " + std::to_string(said) + ", " + where + " " + std::to_string(found),
                  "split the model again, or restore the files' names");
    };
    const auto shard = parse_shard_name(path);
    const auto number = header.integers.find("split.no"),
               count = header.integers.find("split.count");
    if (count != header.integers.end() && count->second > 1) {
      const std::uint64_t total = shard ? shard->total : 1;
      if (count->second != total) {
        contradicts("split.count", count->second, "files by its name", total);
      } else if (shard && number != header.integers.end() && number->second + 1 != shard->number) {
        contradicts("split.no", number->second, "its name's number less one is", shard->number - 1);
      }
    }
    const auto sum = header.integers.find("split.tensors.count");
    if (!weights.complete || sum == header.integers.end()) continue;
    const std::uint64_t found = tensors[group_of(path)];
    if (sum->second != found)
      contradicts("split.tensors.count", sum->second, "the files have", found);
  }
}

}  // namespace

void check_shard_headers(const Weights& weights, ModelInfo& info) {
  check_names(weights.safetensors, info);
  check_names(weights.gguf, info);
  check_format(weights, info);
  check_splits(weights, info);
}

}  // namespace mpk::model
