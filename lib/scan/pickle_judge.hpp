// Judge: what loading a pickle would do, step by step, held against the allowlist.
#pragma once

#include "scan/finding.hpp"
#include "scan/pickle_heap.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mpk::scan {

/// How a callable is called.
enum class Call { reduce, newobj, obj, inst };

/// Collects findings; never refuses to go on, so that one file shows all that is in it.
class Judge {
 public:
  Judge(Heap& heap, Findings& findings, std::string member, bool torchscript)
      : heap_(heap), findings_(findings), member_(std::move(member)), torchscript_(torchscript) {}

  Value import(std::string module, std::string name, std::uint64_t offset);
  /// What it imports is not known.
  Value import_unknown(std::string_view why, std::uint64_t offset);
  /// `what`: of the opcode, "extension code 7".
  Value extension(std::string what, std::uint64_t offset);
  Value call(Call how, const Value& callable, const Value& arguments, std::uint64_t offset);
  void build(const Value& target, const Value& state, std::uint64_t offset);
  void set_item(const Value& target, const Value& key, const Value& value, std::uint64_t offset);
  void append(const Value& target, std::uint64_t offset, bool to_set);
  Value persistent(const Value& id, std::uint64_t offset);

  /// Whether anything was called or built: then the bytes are a pickle, whatever comes next.
  bool acted() const { return acted_; }

 private:
  void add(std::string_view code, std::uint64_t offset, std::string found, std::string detail = {});
  std::string name_of(const Value& value) const;
  const Allowed* allowed(const Value& value) const;
  const Allowed* made_by(const Value& value) const;
  bool is_global(const Value& value, std::string_view module, std::string_view name) const;
  bool arguments_fit(const Allowed& callable, const Value& arguments) const;
  bool plain_state(const Value& state) const;

  Heap& heap_;
  Findings& findings_;
  std::string member_;
  bool torchscript_;
  bool acted_ = false;
};

}  // namespace mpk::scan
