// Heap: strings are kept once, collections in part.
#include "scan/pickle_heap.hpp"

#include <utility>

namespace mpk::scan {

template <class T>
std::uint32_t Heap::add(std::vector<T>& to, T value) {
  ++used_;
  to.push_back(std::move(value));
  return static_cast<std::uint32_t>(to.size() - 1);
}

Value Heap::text(Kind kind, std::string_view bytes, std::uint64_t length) {
  Value out{.kind = kind, .number = static_cast<std::int64_t>(length)};
  if (length > kName || bytes.size() != length) return out;
  const auto [at, fresh] = known_strings_.try_emplace(std::string(bytes), 0);
  if (fresh) at->second = add(strings_, std::string(bytes));
  out.known = true;
  out.id = at->second;
  return out;
}

Value Heap::tuple(const std::vector<Value>& items) {
  auto kept = items;
  if (kept.size() > kItems) kept.resize(kItems);
  kept.shrink_to_fit();
  return {.kind = Kind::tuple,
          .known = true,
          .id = add(tuples_, std::move(kept)),
          .number = static_cast<std::int64_t>(items.size())};
}

Value Heap::dict() { return {.kind = Kind::dict, .known = true, .id = add(dicts_, Dict{})}; }

Value Heap::global(std::string module, std::string name, const Allowed* allowed) {
  return {.kind = Kind::global,
          .known = true,
          .id = add(globals_, Global{std::move(module), std::move(name), allowed})};
}

Value Heap::instance(const Instance& instance) {
  return {.kind = Kind::instance, .known = true, .id = add(instances_, instance)};
}

std::optional<std::string_view> Heap::string(const Value& value) const {
  if (!value.known || (value.kind != Kind::text && value.kind != Kind::bytes)) return std::nullopt;
  return strings_[value.id];
}

void Heap::set(const Value& dict, const Value& key, const Value& value) {
  auto& [entries, plain] = dicts_[dict.id];
  if (key.kind == Kind::text) {
    const auto name = string(key);
    plain = plain && name && !name->starts_with("__");
  }
  for (auto& [known, old] : entries) {
    if (known.kind == key.kind && known.known && key.known && known.id == key.id &&
        known.number == key.number) {
      old = value;
      return;
    }
  }
  if (entries.size() < kItems) entries.emplace_back(key, value);
}

std::optional<Value> Heap::find(const Value& dict, std::string_view key) const {
  for (const auto& [name, value] : dicts_[dict.id].entries) {
    if (name.kind == Kind::text && string(name) == key) return value;
  }
  return std::nullopt;
}

}  // namespace mpk::scan
