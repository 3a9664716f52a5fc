// How far each fact of a document is proven, and the property lists that carry facts. Internal.
#pragma once

#include "json/value.hpp"
#include "model/info.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom {

/// Collects one entry a fact while the document is built; count_tiers() reads them back.
class Tiers {
 public:
  /// `pointer` leads to the fact in the finished document; `source` is a file's path or empty.
  void add(std::string pointer, model::Tier tier, std::string_view source = {});
  /// The properties "mpk:provenance:<pointer>", in the order of add().
  std::vector<std::pair<std::string, std::string>> properties() const;

 private:
  struct Entry {
    std::string pointer;
    model::Tier tier;
    std::string source;
  };
  std::vector<Entry> entries_;
};

/// A "properties" array in the making, at a known place of the document.
class Properties {
 public:
  Properties(std::string pointer, Tiers& tiers) : pointer_(std::move(pointer)), tiers_(tiers) {}
  /// Nothing is added for an empty value.
  void add(std::string name, std::string value);
  void add(std::string name, std::string value, model::Tier tier, std::string_view source = {});
  void add(const std::vector<std::pair<std::string, std::string>>& list);
  bool empty() const { return list_.empty(); }
  Json to_json() const;

 private:
  std::string pointer_;
  Tiers& tiers_;
  std::vector<std::pair<std::string, std::string>> list_;
};

}  // namespace mpk::aibom
