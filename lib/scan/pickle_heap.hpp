// What a pickle would make, as far as judging it needs: symbols instead of objects.
#pragma once

#include "scan/allowlist.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace mpk::scan {

enum class Kind : std::uint8_t {
  none,
  boolean,  // number
  integer,  // number; known false: it does not fit
  real,
  text,   // id of a string, unless it is too long to be a name
  bytes,  // likewise
  tuple,  // id
  list,
  dict,  // id
  set,
  global,    // id
  instance,  // id: what a call or a class made
  storage,   // what PyTorch's persistent ids stand for
  buffer,    // out of band
};

struct Value {
  Kind kind = Kind::none;
  bool known = false;  // whether id (or number) says what it is
  std::uint32_t id = 0;
  std::int64_t number = 0;  // an integer; how many items a tuple has
};

struct Global {
  std::string module, name;
  const Allowed* allowed = nullptr;
};
struct Instance {
  std::uint32_t global = 0;  // the callable or class that made it
  bool known = false;        // false: made by what is no known global
  Value arguments;
  std::optional<Value> state;  // a dictionary that BUILD gave it
};

/// Everything that a pickle has made so far; it only grows, to a limit. Not thread-safe.
class Heap {
 public:
  static constexpr std::size_t kMost = 4'000'000;  // values of all kinds together
  static constexpr std::size_t kName = 1024;       // bytes of a string that may be a name
  static constexpr std::size_t kItems = 16;        // of a tuple or dictionary that are looked at

  bool full() const { return used_ > kMost; }

  Value text(Kind kind, std::string_view bytes, std::uint64_t length);
  Value tuple(const std::vector<Value>& items);
  Value dict();
  Value global(std::string module, std::string name, const Allowed* allowed);
  Value instance(const Instance& instance);

  /// Of text or bytes that are known; else empty.
  std::optional<std::string_view> string(const Value& value) const;
  /// The first kItems of a tuple.
  const std::vector<Value>& items(const Value& tuple) const { return tuples_[tuple.id]; }
  const Global& global(const Value& value) const { return globals_[value.id]; }
  const Global& global(std::uint32_t id) const { return globals_[id]; }
  const Instance& instance(const Value& value) const { return instances_[value.id]; }
  void set_state(const Value& instance, const Value& state) {
    instances_[instance.id].state = state;
  }
  void set(const Value& dict, const Value& key, const Value& value);
  /// The value of a text key among the first kItems.
  std::optional<Value> find(const Value& dict, std::string_view key) const;
  /// Whether no key is a name of Python's own ("__class__"), as far as can be told.
  bool plain(const Value& dict) const { return dicts_[dict.id].plain; }

 private:
  template <class T>
  std::uint32_t add(std::vector<T>& to, T value);
  std::vector<std::string> strings_;
  std::unordered_map<std::string, std::uint32_t> known_strings_;
  std::vector<std::vector<Value>> tuples_;
  struct Dict {
    std::vector<std::pair<Value, Value>> entries;  // the first kItems
    bool plain = true;                             // of all
  };
  std::vector<Dict> dicts_;
  std::vector<Global> globals_;
  std::vector<Instance> instances_;
  std::size_t used_ = 0;
};

}  // namespace mpk::scan
