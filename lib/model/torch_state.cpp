// torch_state: which part of a checkpoint is the model, and what torch would rebuild from it.
#include "model/torch_state.hpp"

#include "base/text.hpp"
#include "model/torch_rebuild.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace mpk::model {
namespace {

using Kind = PickleKind;
using Entry = Pickle::Entry;

constexpr unsigned kDepth = 32;              // modules in modules; real ones under 15
constexpr std::size_t kVisits = 16'000'000;  // shared parts are walked again for each name
constexpr std::size_t kNames = 64U << 20;    // bytes of all names; a nested one repeats its parents

/// In the order in which one is looked for.
constexpr auto kStateKeys = std::to_array<std::string_view>(
    {"state_dict", "model_state_dict", "model", "module", "params_ema", "params", "network", "net",
     "generator", "weights", "ema_state_dict", "ema", "model_ema"});

bool is_training_key(std::string_view key) {
  const std::string name = lower_ascii(key);
  static constexpr auto kStarts = std::to_array<std::string_view>(
      {"optim", "lr_sched", "sched", "scaler", "grad_scaler", "amp", "rng", "random", "cuda_rng",
       "torch_rng", "callbacks", "loops", "hyper_parameters", "hparams", "args", "config", "epoch",
       "train", "loss"});
  return std::ranges::any_of(kStarts, [&](auto start) { return name.starts_with(start); });
}

/// Names are dotted paths; a key may be a number.
std::string key_text(const Pickle& pickle, const PickleValue& key) {
  if (key.kind == Kind::text) return std::string(pickle.text(key));
  return key.kind == Kind::integer ? std::to_string(key.number) : std::string();
}

class Collector {
 public:
  explicit Collector(const Pickle& pickle) : pickle_(pickle), rebuild_(pickle) {}
  Result<TorchState> run();

 private:
  Result<void> visit(std::size_t values = 1);
  /// Pickle::find, at the price of its search.
  Result<const PickleValue*> find(const PickleValue& value, std::string_view key);
  Result<void> storages();
  bool is_container(const PickleValue& value) const;
  Result<bool> is_training_state(const PickleValue& value);
  Result<bool> has_tensors(const PickleValue& value);
  Result<PickleValue> choose();
  Result<void> walk(const PickleValue& value, const std::string& prefix, unsigned depth);
  using Names = std::unordered_set<std::string_view>;
  Result<void> members(std::span<const Entry> entries, const std::string& prefix, unsigned depth,
                       const Names& skipped = {});
  Result<void> module(const PickleValue& value, const std::string& prefix, unsigned depth);
  Result<void> add(const TorchTensor& tensor, std::string name);

  const Pickle& pickle_;
  TorchRebuild rebuild_;
  TorchState out_;
  std::size_t visits_ = 0, name_bytes_ = 0;
  // storage, offset, elements
  std::map<std::tuple<std::string_view, std::uint64_t, std::uint64_t>, std::size_t> seen_;
};

Result<void> Collector::visit(std::size_t values) {
  visits_ += values;
  if (visits_ <= kVisits) return {};
  return Error(ErrorKind::too_large, "checkpoint has too many nested values");
}

Result<const PickleValue*> Collector::find(const PickleValue& value, std::string_view key) {
  TRY(visit(1 + pickle_.entries(value).size() / 4));
  return pickle_.find(value, key);
}

Result<void> Collector::storages() {
  for (const PickleValue& value : pickle_.persistents()) {
    const auto storage = TRY(rebuild_.storage(value));
    if (!storage) continue;
    auto& bytes = out_.storages[std::string(storage->key)];
    bytes = std::max(bytes, storage->bytes);
  }
  for (const auto& [key, bytes] : out_.storages) {
    if (__builtin_add_overflow(out_.storage_bytes, bytes, &out_.storage_bytes))
      return Error(ErrorKind::malformed, "storages have more than 2^64 bytes together");
  }
  return {};
}

bool Collector::is_container(const PickleValue& value) const {
  return value.kind == Kind::dict || (value.kind == Kind::object && !rebuild_.is_rebuilt(value));
}

/// torch.optim.Optimizer.state_dict(), and transformers' rng_state.pth.
Result<bool> Collector::is_training_state(const PickleValue& value) {
  if (TRY(find(value, "param_groups"))) return TRY(find(value, "state")) != nullptr;
  if (!TRY(find(value, "python"))) return false;
  return TRY(find(value, "numpy")) && TRY(find(value, "cpu"));
}

/// Directly: those of a module are not.
Result<bool> Collector::has_tensors(const PickleValue& value) {
  for (const auto& [key, member] : pickle_.entries(value)) {
    TRY(visit());
    if (rebuild_.is_rebuilt(member)) return true;
  }
  return false;
}

Result<PickleValue> Collector::choose() {
  PickleValue value = pickle_.root;
  for (unsigned depth = 0; depth < 4; ++depth) {
    if (TRY(is_training_state(value))) {
      out_.training_state = true;
      return PickleValue();
    }
    for (const auto& [key, member] : pickle_.entries(value)) {
      TRY(visit());
      if (key.kind == Kind::text && is_training_key(pickle_.text(key)) && is_container(member))
        out_.training_state = true;
    }
    if (TRY(has_tensors(value))) return value;
    const PickleValue* found = nullptr;
    for (const std::string_view key : kStateKeys) {
      found = TRY(find(value, key));
      if (found && is_container(*found)) {
        if (!out_.key.empty()) out_.key += '.';
        out_.key += key;
        break;
      }
      found = nullptr;
    }
    if (!found) return value;
    value = *found;
  }
  return value;
}

Result<void> Collector::add(const TorchTensor& tensor, std::string name) {
  const std::string subject = "tensor " + printable(name, 80);
  if (!is_valid_utf8(name)) return Error(ErrorKind::malformed, subject + ": name is not UTF-8");
  if (out_.list.size() + out_.unread.size() + out_.shared.size() >= kTorchTensors)
    return Error(ErrorKind::too_large, "checkpoint has more than 1000000 tensors");
  name_bytes_ += name.size();
  if (name_bytes_ > kNames) return Error(ErrorKind::too_large, "checkpoint has too long names");
  if (!tensor.stored) {
    out_.unread.push_back(std::move(name));
    return {};
  }
  if (tensor.elements > 0) {
    const auto [at, fresh] =
        seen_.try_emplace({tensor.storage.key, tensor.offset, tensor.elements}, out_.list.size());
    if (!fresh) {
      out_.shared.emplace_back(std::move(name), out_.list[at->second].name);
      return {};
    }
  }
  TRY(count_tensor(out_.tensors, tensor.type.name, tensor.elements).with(subject));
  out_.list.push_back({std::move(name), std::string(tensor.type.name), tensor.shape, tensor.bytes});
  return {};
}

/// torch.nn.Module.__setstate__: its own parameters and buffers, then those of its children.
Result<void> Collector::module(const PickleValue& value, const std::string& prefix,
                               unsigned depth) {
  const PickleValue& state = pickle_.object(value).state;
  const PickleValue* modules = TRY(find(state, "_modules"));
  if (!modules) {  // a scripted module keeps its attributes by their names
    return members(pickle_.entries(state), prefix, depth);
  }
  const PickleValue* transient = TRY(find(state, "_non_persistent_buffers_set"));
  Names skipped;
  if (transient) {
    const auto names = rebuild_.set_items(*transient);
    TRY(visit(names.size()));
    for (const PickleValue& name : names) skipped.insert(pickle_.text(name));
  }
  const PickleValue* parameters = TRY(find(state, "_parameters"));
  if (parameters) TRY(members(pickle_.entries(*parameters), prefix, depth));
  const PickleValue* buffers = TRY(find(state, "_buffers"));
  if (buffers) TRY(members(pickle_.entries(*buffers), prefix, depth, skipped));
  return members(pickle_.entries(*modules), prefix, depth);
}

Result<void> Collector::members(std::span<const Entry> entries, const std::string& prefix,
                                unsigned depth, const Names& skipped) {
  // As in Python the last value of a key counts.
  std::unordered_map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].first.kind == Kind::text) last[pickle_.text(entries[i].first)] = i;
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& [key, value] = entries[i];
    TRY(visit());
    if (key.kind == Kind::text &&
        (last[pickle_.text(key)] != i || skipped.contains(pickle_.text(key))))
      continue;
    const bool deep = value.kind == Kind::dict || value.kind == Kind::list ||
                      value.kind == Kind::tuple || value.kind == Kind::object;
    if (!deep || (key.kind == Kind::text && depth == 0 && is_training_key(pickle_.text(key)) &&
                  !rebuild_.is_rebuilt(value)))
      continue;
    TRY(walk(value, prefix + (prefix.empty() ? "" : ".") + key_text(pickle_, key), depth + 1));
  }
  return {};
}

Result<void> Collector::walk(const PickleValue& value, const std::string& prefix, unsigned depth) {
  TRY(visit());
  if (depth > kDepth || prefix.size() > 4096)
    return Error(ErrorKind::too_large, "checkpoint is nested deeper than 32 levels");
  if (const auto tensor = TRY(rebuild_.tensor(value).with("tensor " + printable(prefix, 80))))
    return add(*tensor, prefix);
  if (value.kind == Kind::list || value.kind == Kind::tuple) {
    const std::string dotted = prefix.empty() ? prefix : prefix + ".";
    std::size_t index = 0;
    for (const PickleValue& item : pickle_.items(value)) {
      TRY(visit());
      const auto number = index++;
      if (item.kind == Kind::object || item.kind == Kind::dict)
        TRY(walk(item, dotted + std::to_string(number), depth + 1));
    }
    return {};
  }
  if (TRY(is_training_state(value))) {
    out_.training_state = true;
    return {};
  }
  TRY(members(pickle_.entries(value), prefix, depth));
  if (value.kind == Kind::object && pickle_.object(value).state.kind == Kind::dict &&
      !rebuild_.is_mapping(value))
    return module(value, prefix, depth);
  return {};
}

Result<TorchState> Collector::run() {
  TRY(storages());
  const PickleValue chosen = TRY(choose());
  TRY(walk(chosen, "", 0));
  return std::move(out_);
}

}  // namespace

Result<TorchState> read_torch_state(const Pickle& pickle) { return Collector(pickle).run(); }

}  // namespace mpk::model
