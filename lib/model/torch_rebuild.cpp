// TorchRebuild: the functions by name, and what a storage must hold for a tensor.
#include "model/torch_rebuild.hpp"

#include "model/tensor.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace mpk::model {
namespace {

using Kind = PickleKind;
using Found = std::optional<TorchTensor>;

constexpr std::size_t kDimensions = 64;  // torch's own limit
constexpr unsigned kWrapped = 4;         // a parameter of a subclass of a tensor

Error malformed(std::string message) { return Error(ErrorKind::malformed, std::move(message)); }

struct Function {
  std::string_view name;
  enum class Is { dense, typed, wrapper, by_type, sparse, no_data } is;
};
/// torch._utils, unless said otherwise.
constexpr auto kFunctions = std::to_array<Function>({
    {"_rebuild_tensor", Function::Is::dense},
    {"_rebuild_tensor_v2", Function::Is::dense},
    {"_rebuild_qtensor", Function::Is::dense},
    {"_rebuild_tensor_v3", Function::Is::typed},
    {"_rebuild_parameter", Function::Is::wrapper},
    {"_rebuild_parameter_with_state", Function::Is::wrapper},
    {"_rebuild_from_type", Function::Is::by_type},
    {"_rebuild_from_type_v2", Function::Is::by_type},
    {"_rebuild_sparse_tensor", Function::Is::sparse},
    {"_rebuild_sparse_csr_tensor", Function::Is::no_data},
    {"_rebuild_nested_tensor", Function::Is::no_data},
    {"_rebuild_meta_tensor_no_storage", Function::Is::no_data},
    {"_rebuild_wrapper_subclass", Function::Is::no_data},
    {"_rebuild_device_tensor_from_numpy", Function::Is::no_data},
    {"_rebuild_device_tensor_from_cpu_tensor", Function::Is::wrapper},
    {"_rebuild_xla_tensor", Function::Is::no_data},
});
constexpr auto kModules = std::to_array<std::string_view>(
    {"torch._utils.", "torch._tensor.", "torch.tensor.", "torch.jit._pickle."});

const Function* function_of(std::string_view global) {
  // TorchScript marks tensors that carry a type: restore_type_tag(value, name).
  static constexpr Function kTag{"restore_type_tag", Function::Is::wrapper};
  for (const std::string_view module : kModules) {
    if (!global.starts_with(module)) continue;
    const auto name = global.substr(module.size());
    if (name == kTag.name) return &kTag;
    const auto found = std::ranges::find(kFunctions, name, &Function::name);
    if (found != kFunctions.end()) return &*found;
  }
  return nullptr;
}

bool is_count(const PickleValue& value) { return value.kind == Kind::integer && value.number >= 0; }

/// What a tensor of these strides touches last, from its first element.
Result<std::uint64_t> extent(const std::vector<std::uint64_t>& shape,
                             const std::vector<std::uint64_t>& strides) {
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    std::uint64_t step = 0;
    if (__builtin_mul_overflow(shape[i] - 1, strides[i], &step) ||
        __builtin_add_overflow(last, step, &last))
      return malformed("strides leave the address space");
  }
  return last;
}

/// The bytes of `elements`; 0 bits never reach here.
std::optional<std::uint64_t> bytes_of(std::uint64_t elements, std::uint64_t bits) {
  std::uint64_t all = 0;
  if (__builtin_mul_overflow(elements, bits, &all)) return std::nullopt;
  return all / 8 + (all % 8 != 0 ? 1 : 0);
}

/// How many elements of a type a storage holds.
std::uint64_t capacity_of(const TorchStorage& storage, const TorchType& type) {
  if (type.bits >= 8) return storage.bytes / (type.bits / 8);
  std::uint64_t out = 0;
  return __builtin_mul_overflow(storage.bytes, 8 / type.bits, &out) ? UINT64_MAX : out;
}

}  // namespace

std::string_view TorchRebuild::callable(const PickleValue& value) const {
  if (value.kind != Kind::object) return {};
  return pickle_.text(pickle_.object(value).callable);
}

std::span<const PickleValue> TorchRebuild::arguments(const PickleValue& value) const {
  const PickleValue& held = pickle_.object(value).arguments;
  return held.kind == Kind::tuple ? pickle_.items(held) : std::span<const PickleValue>();
}

bool TorchRebuild::is_rebuilt(const PickleValue& value) const {
  const Function* function = function_of(callable(value));
  if (!function) return false;
  if (function->name != "restore_type_tag") return true;
  const auto held = arguments(value);
  return !held.empty() && held[0].kind == Kind::object && function_of(callable(held[0])) != nullptr;
}

bool TorchRebuild::is_mapping(const PickleValue& value) const {
  const auto name = callable(value);
  return name.starts_with("collections.");
}

std::span<const PickleValue> TorchRebuild::set_items(const PickleValue& value) const {
  if (value.kind != Kind::object) return pickle_.items(value);
  const auto held = arguments(value);
  return held.empty() ? std::span<const PickleValue>() : pickle_.items(held[0]);
}

Result<std::optional<TorchStorage>> TorchRebuild::storage(const PickleValue& value) const {
  using Out = std::optional<TorchStorage>;
  if (value.kind != Kind::persistent) return Out();
  const auto id = arguments(value);
  if (id.empty() || pickle_.text(id[0]) != "storage") return Out();
  // ("storage", type, key, location, numel[, view])
  if (id.size() < 5 || id[2].kind != Kind::text || !is_count(id[4]))
    return malformed("storage is described in another way");
  TorchStorage out{.key = pickle_.text(id[2]),
                   .type = torch_storage(pickle_.text(id[1])),
                   .elements = static_cast<std::uint64_t>(id[4].number)};
  if (out.type.bits == 0) return malformed("storage has an unknown type");
  // quint4x2 and its kin count bytes.
  const auto bytes = bytes_of(out.elements, std::max<std::uint64_t>(8, out.type.bits));
  if (!bytes) return malformed("storage has more than 2^64 bits");
  out.bytes = *bytes;
  return Out(out);
}

Result<std::vector<std::uint64_t>> TorchRebuild::sizes(const PickleValue& value) const {
  // torch.Size((2, 3)) or a plain tuple.
  const bool wrapped = value.kind == Kind::object && callable(value) == "torch.Size";
  const auto held = wrapped ? arguments(value) : std::span<const PickleValue>(&value, 1);
  if (held.size() != 1 || (held[0].kind != Kind::tuple && held[0].kind != Kind::list))
    return malformed("shape or strides are no tuple");
  const auto items = pickle_.items(held[0]);
  if (items.size() > kDimensions) return malformed("more than 64 dimensions");
  std::vector<std::uint64_t> out;
  for (const PickleValue& item : items) {
    if (!is_count(item)) return malformed("shape or strides are no counts");
    out.push_back(static_cast<std::uint64_t>(item.number));
  }
  return out;
}

Result<std::optional<TorchTensor>> TorchRebuild::from_storage(
    std::span<const PickleValue> arguments, std::string_view type) const {
  if (arguments.size() < 4 || !is_count(arguments[1]))
    return malformed("it is rebuilt from other arguments");
  const auto held = TRY(storage(arguments[0]));
  if (!held) return malformed("it has no storage");
  TorchTensor out{.stored = true, .storage = *held, .type = held->type};
  if (!type.empty()) out.type = torch_type(type);
  if (out.type.bits == 0) return malformed("it has an unknown type");
  // An untyped storage without a type of the tensor is one of bytes.
  if (out.type.name.empty()) out.type = {"uint8", 8};
  out.offset = static_cast<std::uint64_t>(arguments[1].number);
  out.shape = TRY(sizes(arguments[2]));
  const auto strides = TRY(sizes(arguments[3]));
  if (strides.size() != out.shape.size()) return malformed("shape and strides differ in length");
  out.elements = TRY(element_count(out.shape));
  const auto bytes = bytes_of(out.elements, out.type.bits);
  if (!bytes) return malformed("it has more than 2^64 bits");
  out.bytes = *bytes;
  if (out.elements == 0) return Found(std::move(out));
  const std::uint64_t capacity = capacity_of(*held, out.type);
  const std::uint64_t last = TRY(extent(out.shape, strides));
  if (out.offset >= capacity || last >= capacity - out.offset)
    return malformed("it goes beyond its storage of " + std::to_string(held->bytes) + " bytes");
  // Strides of 0 repeat elements: as many as the shape says are not there.
  out.stored = out.elements <= capacity;
  return Found(std::move(out));
}

Result<std::optional<TorchTensor>> TorchRebuild::called(std::string_view global,
                                                        std::span<const PickleValue> arguments,
                                                        unsigned depth) const {
  const Function* function = function_of(global);
  if (!function) return Found();
  if (depth == kWrapped) return malformed("it is wrapped more than 4 times");
  const auto unwrap = [&](const PickleValue& inner) -> Result<Found> {
    if (inner.kind != Kind::object) return Found();
    return called(callable(inner), this->arguments(inner), depth + 1);
  };
  using Is = Function::Is;
  switch (function->is) {
    case Is::dense:
      return from_storage(arguments, {});
    case Is::typed:  // (storage, offset, size, stride, requires_grad, hooks, dtype)
      if (arguments.size() < 7) return malformed("it is rebuilt from other arguments");
      return from_storage(arguments, pickle_.text(arguments[6]));
    case Is::wrapper:
      if (arguments.empty()) return malformed("it is rebuilt from other arguments");
      return unwrap(arguments[0]);
    case Is::by_type: {  // (function, type, arguments, state)
      if (arguments.size() < 3 || arguments[2].kind != Kind::tuple)
        return malformed("it is rebuilt from other arguments");
      auto found = TRY(called(pickle_.text(arguments[0]), pickle_.items(arguments[2]), depth + 1));
      return found ? std::move(found) : Found(TorchTensor());
    }
    case Is::sparse: {  // (layout, (indices, values, size)): indices are no parameters
      if (arguments.size() < 2 || arguments[1].kind != Kind::tuple)
        return malformed("it is rebuilt from other arguments");
      const auto parts = pickle_.items(arguments[1]);
      if (parts.size() < 3) return malformed("it is rebuilt from other arguments");
      return unwrap(parts[1]);
    }
    case Is::no_data:
      return Found(TorchTensor());
  }
  return Found();
}

Result<std::optional<TorchTensor>> TorchRebuild::tensor(const PickleValue& value) const {
  if (value.kind != Kind::object) return Found();
  return called(callable(value), arguments(value), 0);
}

}  // namespace mpk::model
