// Weights: reading all headers, and counting the same model only once when it is there twice.
#include "model/weights.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "model/collect.hpp"
#include "model/llama_parts.hpp"
#include "model/names.hpp"
#include "model/other_weights.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::model {
namespace {

bool is_lfs_pointer(const FileHead& head) {
  return head.bytes.starts_with("version https://git-lfs.github.com/spec/");
}

void unreadable(const FileHead& head, const Error& error, Weights& weights, ModelInfo& info) {
  weights.complete = false;
  if (is_lfs_pointer(head)) {
    add_finding(info, Severity::high, "git-lfs-pointer", head.path,
                "file is a Git LFS pointer, not the weights", "run git lfs pull, then pack again");
    return;
  }
  // What mpk does not read may be sound; what breaks its own format is not.
  const bool broken = error.kind() == ErrorKind::malformed;
  add_finding(info, broken ? Severity::high : Severity::low, "header-unreadable", head.path,
              error.text(), broken ? "get the file from its source again" : "");
}

template <class Header>
void take(const FileHead& head, Result<Header> header, std::map<std::string, Header>& headers,
          Weights& weights, ModelInfo& info) {
  if (!header) return unreadable(head, header.error(), weights, info);
  info.by_file[head.path] = header->tensors;
  headers.emplace(head.path, std::move(*header));
}

/// What can't be read of a PyTorch file matters only where no other format describes the model.
void take_pytorch(const FileHead& head, Weights& weights, ModelInfo& info) {
  const bool complete = weights.complete;
  auto header = read_pytorch(head);
  if (!is_lfs_pointer(head)) weights.pickles.push_back(head.path);
  if (!header) {
    unreadable(head, header.error(), weights, info);
    if (!is_lfs_pointer(head)) weights.complete = complete;
    weights.unread.push_back(head.path);
    return;
  }
  if (header->state.training_state) {
    add_finding(info, Severity::info, "training-state", head.path,
                "state of an optimizer or of random numbers is not counted",
                "leave it out of what is shipped for inference");
  }
  if (header->tensors.tensors == 0) return;
  info.by_file[head.path] = header->tensors;
  weights.pytorch.emplace(head.path, std::move(*header));
}

void read_one(const FileHead& head, Weights& weights, ModelInfo& info) {
  switch (detect_format(head)) {
    case Format::safetensors:
      return take(head, read_safetensors(head), weights.safetensors, weights, info);
    case Format::gguf:
      return take(head, read_gguf(head), weights.gguf, weights, info);
    case Format::onnx:
      return take(head, read_onnx(head), weights.onnx, weights, info);
    case Format::pytorch:
      return take_pytorch(head, weights, info);
    case Format::pickle:
      weights.pickles.push_back(head.path);
      return;
    default:
      if (is_other_weights(head)) return note_other_weights(head, weights, info);
      if (is_lfs_pointer(head)) unreadable(head, Error(ErrorKind::malformed, ""), weights, info);
  }
}

template <class Header>
std::vector<std::string> paths_of(const std::map<std::string, Header>& headers) {
  std::vector<std::string> out;
  for (const auto& [path, header] : headers) out.push_back(path);
  return out;
}

/// A repository may hold a model in several formats; safetensors is what the others were made from.
std::vector<std::string> preferred(Weights& weights, ModelInfo& info) {
  if (!weights.safetensors.empty()) {
    weights.format = Format::safetensors;
    info.format = "safetensors";
    return paths_of(weights.safetensors);
  }
  if (!weights.gguf.empty()) {
    weights.format = Format::gguf;
    info.format = "gguf";
    return paths_of(weights.gguf);
  }
  if (!weights.onnx.empty()) {
    weights.format = Format::onnx;
    info.format = "onnx";
    return paths_of(weights.onnx);
  }
  const bool others = weights.pytorch.empty() && !weights.others.empty();
  if (!weights.pickles.empty() && !others) {
    weights.format = Format::pytorch;
    info.format = "pt";
    weights.complete = weights.complete && weights.unread.empty();
  }
  return paths_of(weights.pytorch);
}

/// Llama's and Megatron's parts of a model hold slices of the same tensors: adding them up would
/// count wrong what is in each of them.
bool is_parallel_part(std::string_view path) {
  const auto name = base_name(path);
  return (name.starts_with("consolidated.0") || name.starts_with("mp_rank_")) &&
         extension(path).starts_with("pt");
}

/// What the parts are slices of, where the files tell.
std::optional<TensorFacts> whole_of(const std::vector<std::string>& parts, const Heads& heads,
                                    const Weights& weights) {
  std::vector<const std::vector<Tensor>*> lists;
  for (const std::string& path : parts) {
    if (directory(path) != directory(parts.front())) return std::nullopt;
    lists.push_back(&weights.pytorch.at(path).list);
  }
  const auto head = heads.find(std::string(directory(parts.front())) + "params.json");
  if (head == heads.end() || !head->second->whole) return sum_llama_parts(lists, nullptr);
  const auto params = json::parse(head->second->bytes);
  return sum_llama_parts(lists, params ? &*params : nullptr);
}

void drop_parallel_parts(const Heads& heads, Weights& weights, ModelInfo& info) {
  std::vector<std::string> parts;
  for (const auto& [path, header] : weights.pytorch) {
    if (is_parallel_part(path)) parts.push_back(path);
  }
  if (parts.size() < 2) return;
  const bool alone = parts.size() == weights.pytorch.size() && weights.safetensors.empty() &&
                     weights.gguf.empty() && weights.onnx.empty();
  const auto whole = alone ? whole_of(parts, heads, weights) : std::nullopt;
  for (const std::string& path : parts) {
    weights.pytorch.erase(path);
    weights.unread.push_back(path);
  }
  if (whole) return info.tensors.add(*whole);
  add_finding(info, Severity::low, "header-unreadable", parts.front(),
              "it and " + std::to_string(parts.size() - 1) +
                  " more hold slices of the same tensors, which are not counted");
}

void note_unread_tensors(const Weights& weights, ModelInfo& info) {
  for (const auto& [path, header] : weights.pytorch) {
    const auto& unread = header.state.unread;
    if (unread.empty()) continue;
    add_finding(info, Severity::low, "tensors-uncounted", path,
                std::to_string(unread.size()) +
                    " tensors are not stored element by element and not counted, as " +
                    printable(unread.front(), 80));
  }
}

struct Group {
  std::vector<std::string> paths;
  TensorFacts facts;
};

/// The shards of one model are one group, by their common name.
std::map<std::string, Group> groups_of(const std::vector<std::string>& paths,
                                       const ModelInfo& info) {
  std::map<std::string, Group> out;
  for (const std::string& path : paths) {
    const auto shard = parse_shard_name(path);
    Group& group = out[shard ? shard->stem + shard->ending : path];
    group.paths.push_back(path);
    group.facts.add(info.by_file.at(path));
  }
  return out;
}

/// Of groups in one directory with equally many parameters (Q4 and Q8 of one model, consolidated
/// and sharded weights) only the first counts.
void count_groups(const std::vector<std::string>& paths, Weights& weights, ModelInfo& info) {
  std::map<std::pair<std::string_view, std::uint64_t>, const std::string*> seen;
  const auto groups = groups_of(paths, info);
  for (const auto& [name, group] : groups) {
    const auto key = std::pair(directory(name), group.facts.parameters);
    const auto [first, inserted] = seen.emplace(key, &group.paths.front());
    if (!inserted && group.facts.parameters != 0) {
      add_finding(info, Severity::info, "weights-twice", group.paths.front(),
                  "has as many parameters as " + printable(*first->second, 200) +
                      ", which is described instead");
      continue;
    }
    weights.counted.insert(weights.counted.end(), group.paths.begin(), group.paths.end());
    info.tensors.add(group.facts);
  }
}

}  // namespace

Weights read_weights(const Heads& heads, ModelInfo& info) {
  Weights weights;
  for (const auto& [path, head] : heads) read_one(*head, weights, info);
  drop_parallel_parts(heads, weights, info);
  note_unread_tensors(weights, info);
  const auto paths = preferred(weights, info);
  count_groups(paths, weights, info);
  describe_other_weights(heads, weights, info);
  const bool none =
      info.by_file.empty() && weights.pickles.empty() && weights.others.empty() && weights.complete;
  if (none) {
    add_finding(info, Severity::medium, "no-weights", "", "there are no weights",
                "check that the weight files are in the directory and not ignored");
  }
  if (!weights.pickles.empty()) {
    const std::size_t more = weights.pickles.size() - 1;
    add_finding(info, Severity::medium, "pickle-weights", weights.pickles.front(),
                "loading this pickle runs the code in it" +
                    (more == 0 ? std::string() : ", as in " + std::to_string(more) + " more files"),
                "convert the weights to safetensors");
  }
  return weights;
}

std::optional<ShardName> parse_shard_name(std::string_view path) {
  constexpr std::size_t kTail = std::string_view("-00001-of-00003").size();
  const auto dot = path.rfind('.');
  if (dot == path.npos || dot < kTail) return std::nullopt;
  const std::string_view tail = path.substr(dot - kTail, kTail);
  if (tail[0] != '-' || tail.substr(6, 4) != "-of-") return std::nullopt;
  const auto number = parse_u64(tail.substr(1, 5));
  const auto total = parse_u64(tail.substr(10, 5));
  if (!number || !total) return std::nullopt;
  return ShardName{std::string(path.substr(0, dot - kTail)), *number, *total,
                   std::string(path.substr(dot))};
}

std::vector<const Tensor*> counted_tensors(const Weights& weights) {
  std::vector<const Tensor*> out;
  for (const std::string& path : weights.counted) {
    const std::vector<Tensor>* list = nullptr;
    if (weights.format == Format::safetensors) list = &weights.safetensors.at(path).list;
    if (weights.format == Format::gguf) list = &weights.gguf.at(path).list;
    if (weights.format == Format::pytorch) list = &weights.pytorch.at(path).list;
    if (!list) continue;
    for (const Tensor& tensor : *list) out.push_back(&tensor);
  }
  return out;
}

}  // namespace mpk::model
