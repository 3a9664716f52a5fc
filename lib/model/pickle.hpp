// Pickles read as symbols: what one describes, without importing, calling or building anything.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::model {

enum class PickleKind : std::uint8_t {
  none,
  boolean,     // number
  integer,     // number
  text,        // also bytes
  tuple,       // of items
  list,        // of items; sets too
  dict,        // of entries
  global,      // "module.name"
  object,      // what a call or a class would make
  persistent,  // an object that is kept elsewhere; its id are the arguments
  other,       // floats, integers beyond 64 bits, buffers
};

struct PickleValue {
  PickleKind kind = PickleKind::none;
  std::uint32_t id = 0;     // of text, collections, objects
  std::int64_t number = 0;  // of booleans and integers
};

struct PickleObject {
  PickleValue callable, arguments, state;  // state: what BUILD gives it
  std::uint32_t dict = 0, list = 0;        // what SETITEMS and APPENDS give it
};

/// Looks into the bytes that it was read from.
class Pickle {
 public:
  using Entry = std::pair<PickleValue, PickleValue>;

  Pickle() = default;
  // A copy's texts would look into the original.
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;
  Pickle(Pickle&&) noexcept = default;
  Pickle& operator=(Pickle&&) noexcept = default;
  ~Pickle() = default;

  PickleValue root;
  std::size_t end = 0;  // behind STOP

  /// Of text or global; empty for others.
  std::string_view text(const PickleValue& value) const;
  /// Of tuples and lists, and of objects that were appended to; empty for others.
  std::span<const PickleValue> items(const PickleValue& value) const;
  /// Of dicts, and of objects that are dicts themselves; in their order, later ones replace.
  std::span<const Entry> entries(const PickleValue& value) const;
  /// Of an object or a persistent value.
  const PickleObject& object(const PickleValue& value) const { return objects_[value.id]; }
  /// The value of a text key; nullptr when there is none.
  const PickleValue* find(const PickleValue& value, std::string_view key) const;
  /// All of them, in the order of the file.
  const std::vector<PickleValue>& persistents() const { return persistents_; }

 private:
  friend class PickleReader;
  std::vector<std::string_view> texts_;
  std::deque<std::string> decoded_;  // texts that had escapes
  std::vector<std::vector<PickleValue>> sequences_;
  std::vector<std::vector<Entry>> dicts_;
  std::vector<PickleObject> objects_;
  std::vector<PickleValue> persistents_;
};

/// The pickle at the start of `bytes`, which must outlive it. Protocols 0 to 5. malformed: cut off,
/// or not what an unpickler takes; too_large: more than kPickleValues values, stacked, remembered
/// and collected.
Result<Pickle> read_pickle(std::string_view bytes);

inline constexpr std::size_t kPickleValues = 4'000'000;  // 25 for each tensor of a model

}  // namespace mpk::model
