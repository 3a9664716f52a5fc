// How far each fact of a document is proven, and the property lists that carry facts. Internal.
#pragma once

#include "json/value.hpp"
#include "model/info.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::aibom {

/// Collects one entry a fact while the document is built; count_tiers() reads them back.
class Tiers {
 public:
  /// `unproven`: model::ModelInfo's.
  explicit Tiers(const std::set<std::string, std::less<>>& unproven) : unproven_(unproven) {}
  /// `pointer` leads to the fact in the finished document; `source` is a file's path or empty. What
  /// was read from unproven bytes is declared.
  void add(std::string pointer, model::Tier tier, std::string_view source = {});
  /// A digest, which the manifest's own proves: verified whatever was read of the file.
  void add_digest(std::string pointer, std::string_view source = {});
  /// The properties "mpk:provenance:<pointer>", in the order of add().
  std::vector<std::pair<std::string, std::string>> properties() const;

 private:
  struct Entry {
    std::string pointer;
    model::Tier tier;
    std::string source;
  };
  const std::set<std::string, std::less<>>& unproven_;
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
