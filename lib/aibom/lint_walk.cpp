// The walk over a document and the bounded list that lint rules write to.
#include "aibom/lint.hpp"
#include "aibom/lookup.hpp"
#include "json/pointer.hpp"

#include <nlohmann/json.hpp>

namespace mpk::aibom {
namespace {

constexpr std::size_t kMaxProblems = 200;

void descend(const Json& value, std::string_view key, std::string& pointer, std::size_t depth,
             const std::function<void(const Spot&)>& visit) {
  visit({value, key, pointer});
  if (depth == kMaxDepth) return;
  const auto size = pointer.size();
  if (value.is_object()) {
    for (const auto& [name, below] : value.items()) {
      if (name == "signature") continue;
      json::append_step(pointer, name);
      descend(below, name, pointer, depth + 1, visit);
      pointer.resize(size);
    }
  } else if (value.is_array()) {
    std::size_t index = 0;
    for (const auto& item : items(value)) {
      pointer.append("/").append(std::to_string(index++));
      descend(item, key, pointer, depth + 1, visit);
      pointer.resize(size);
    }
  }
}

}  // namespace

void Findings::error(std::string_view code, std::string pointer, std::string message) {
  add({Problem::Level::error, std::string(code), std::move(pointer), std::move(message)});
}

void Findings::warning(std::string_view code, std::string pointer, std::string message) {
  add({Problem::Level::warning, std::string(code), std::move(pointer), std::move(message)});
}

void Findings::add(Problem problem) {
  // Warnings may not crowd out an error that comes after them.
  if (problems_.size() < kMaxProblems ||
      (problem.level == Problem::Level::error && problems_.size() < 2 * kMaxProblems))
    problems_.push_back(std::move(problem));
}

void walk(const Json& bom, const std::function<void(const Spot&)>& visit) {
  std::string pointer;
  descend(bom, "", pointer, 0, visit);
}

}  // namespace mpk::aibom
