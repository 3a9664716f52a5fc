// TorchRebuild: what torch's functions would rebuild from their arguments in a pickle.
#pragma once

#include "base/result.hpp"
#include "model/pickle.hpp"
#include "model/torch_types.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mpk::model {

struct TorchStorage {
  std::string_view key;
  TorchType type;
  std::uint64_t elements = 0, bytes = 0;
};

struct TorchTensor {
  bool stored = false;  // false: its elements are not in the file one by one
  TorchStorage storage;
  TorchType type;
  std::uint64_t offset = 0, elements = 0, bytes = 0;
  std::vector<std::uint64_t> shape;
};

/// torch/_utils.py, torch/_tensor.py (_rebuild_from_type_v2), torch/serialization.py
/// (persistent_id). Not thread-safe only as far as the pickle is.
class TorchRebuild {
 public:
  explicit TorchRebuild(const Pickle& pickle) : pickle_(pickle) {}

  /// nullopt: another kind of persistent id. malformed: of a kind that torch does not write.
  Result<std::optional<TorchStorage>> storage(const PickleValue& value) const;
  /// Whether it is a call that rebuilds a tensor or a parameter.
  bool is_rebuilt(const PickleValue& value) const;
  /// nullopt: no tensor. malformed: arguments that torch does not write, elements that are not in
  /// the storage.
  Result<std::optional<TorchTensor>> tensor(const PickleValue& value) const;
  /// OrderedDict, defaultdict and their kin: what BUILD gives them are attributes.
  bool is_mapping(const PickleValue& value) const;
  /// The members of a set, whichever protocol wrote it.
  std::span<const PickleValue> set_items(const PickleValue& value) const;

 private:
  std::string_view callable(const PickleValue& value) const;
  std::span<const PickleValue> arguments(const PickleValue& value) const;
  Result<std::vector<std::uint64_t>> sizes(const PickleValue& value) const;
  Result<std::optional<TorchTensor>> from_storage(std::span<const PickleValue> arguments,
                                                  std::string_view type) const;
  Result<std::optional<TorchTensor>> called(std::string_view function,
                                            std::span<const PickleValue> arguments,
                                            unsigned depth) const;

  const Pickle& pickle_;
};

}  // namespace mpk::model
