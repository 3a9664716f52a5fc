// Compile: every reachable subschema becomes a node, each keyword checked once.
#include "json/schema_keywords.hpp"
#include "json/schema_program.hpp"
#include "json/schema_refs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <unordered_map>
#include <utility>

namespace mpk::json::draft7 {
namespace {

/// Keywords of other drafts that would assert something: ignoring one would accept too much.
constexpr std::array<std::string_view, 12> kForeign = {
    "unevaluatedProperties", "unevaluatedItems", "dependentRequired", "dependentSchemas",
    "minContains",           "maxContains",      "prefixItems",       "$recursiveRef",
    "$dynamicRef",           "divisibleBy",      "disallow",          "extends"};

class Compiler {
 public:
  explicit Compiler(References references) : references_(std::move(references)) {}

  Result<Program> run() {
    const Location root = references_.root();
    TRY(check_dialect(*root.schema));
    node_for(root);
    // A queue, not recursion: a chain of references may be as long as the schema.
    for (std::size_t id = 0; id < pending_.size(); ++id) {
      Node& node = program_.nodes.emplace_back();  // at `id`
      TRY(compile(pending_[id], node));
      node.pointer = std::move(pending_[id].pointer);
    }
    return std::move(program_);
  }

 private:
  static Result<void> check_dialect(const Json& root) {
    if (!root.is_object() || !root.contains("$schema")) return {};
    const auto& dialect = root["$schema"];
    for (const char* known :
         {"http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-06/schema"}) {
      if (dialect == known || dialect == std::string(known) + "#") return {};
    }
    return Error(ErrorKind::unsupported, "/$schema: expected JSON Schema draft-07");
  }

  NodeId node_for(Location at) {
    const auto [known, inserted] = ids_.emplace(at.schema, pending_.size());
    if (inserted) pending_.push_back(std::move(at));
    return known->second;
  }

  Result<void> compile(const Location& at, Node& node) {
    const Json& schema = *at.schema;
    if (schema.is_boolean()) {
      node.form = schema.get<bool>() ? Node::Form::anything : Node::Form::nothing;
      return {};
    }
    if (!schema.is_object()) {
      return Error(ErrorKind::malformed,
                   at.pointer + ": expected a schema (an object, true or false)");
    }
    const Keywords words(schema);
    if (const auto* const reference = words.find("$ref")) {
      if (!reference->is_string()) {
        return Error(ErrorKind::malformed, at.pointer + "/$ref: expected a string");
      }
      node.form = Node::Form::reference;
      node.target = node_for(TRY(references_.find(reference->get<std::string>(), at)));
      return {};
    }
    for (const auto keyword : kForeign) {
      if (words.find(keyword) != nullptr) {
        return Error(ErrorKind::unsupported,
                     pointer_step(at.pointer, keyword) + ": keyword is not of draft-07");
      }
    }
    TRY(read_assertions(words, at.pointer, node));
    return read_applicators(at, words, node);
  }

  Result<void> read_applicators(const Location& at, const Keywords& words, Node& node) {
    using One = std::optional<NodeId> Node::*;
    using Many = std::vector<NodeId> Node::*;
    const std::pair<const char*, One> ones[] = {
        {"additionalItems", &Node::additional_items},
        {"contains", &Node::contains},
        {"additionalProperties", &Node::additional_properties},
        {"propertyNames", &Node::property_names},
        {"not", &Node::negated},
        {"if", &Node::condition},
        {"then", &Node::then_branch},
        {"else", &Node::else_branch},
    };
    for (const auto& [keyword, member] : ones) {
      if (auto here = step(at, words, keyword)) node.*member = node_for(*std::move(here));
    }
    const std::pair<const char*, Many> lists[] = {
        {"allOf", &Node::all_of}, {"anyOf", &Node::any_of}, {"oneOf", &Node::one_of}};
    for (const auto& [keyword, member] : lists) {
      const auto here = step(at, words, keyword);
      if (!here) continue;
      node.*member = TRY(nodes_for(*here));
      if ((node.*member).empty()) {
        return Error(ErrorKind::malformed, here->pointer + ": expected at least one schema");
      }
    }
    if (auto here = step(at, words, "items")) {
      if (here->schema->is_array()) {
        node.tuple = TRY(nodes_for(*here));
      } else {
        node.items = node_for(std::move(*here));
      }
    }
    TRY(read_properties(at, words, node));
    return read_dependencies(at, words, node);
  }

  Result<void> read_properties(const Location& at, const Keywords& words, Node& node) {
    if (const auto here = step(at, words, "properties")) {
      for (auto& [name, place] : TRY(members(*here)))
        node.properties.emplace(name, node_for(std::move(place)));
    }
    if (const auto here = step(at, words, "patternProperties")) {
      for (auto& [name, place] : TRY(members(*here))) {
        auto pattern = TRY(compile_pattern(name, place.pointer));
        node.pattern_properties.emplace_back(std::move(pattern), node_for(std::move(place)));
      }
    }
    // Never used, yet a schema that is none must be refused wherever it stands.
    if (const auto here = step(at, words, "definitions")) {
      for (auto& [name, place] : TRY(members(*here))) node_for(std::move(place));
    }
    return {};
  }

  Result<void> read_dependencies(const Location& at, const Keywords& words, Node& node) {
    const auto here = step(at, words, "dependencies");
    if (!here) return {};
    for (auto& [name, place] : TRY(members(*here))) {
      if (place.schema->is_array()) {
        auto keys = TRY(string_list(*place.schema, place.pointer));
        node.dependencies.push_back({std::string(name), std::move(keys)});
      } else {
        node.dependencies.push_back({std::string(name), node_for(std::move(place))});
      }
    }
    return {};
  }

  Location below(const Location& at, std::string_view token, const Json& schema) const {
    return {&schema, pointer_step(at.pointer, token), references_.base_of(schema, at.base)};
  }

  std::optional<Location> step(const Location& at, const Keywords& words,
                               std::string_view keyword) const {
    const auto* const schema = words.find(keyword);
    if (schema == nullptr) return std::nullopt;
    return below(at, keyword, *schema);
  }

  Result<std::vector<NodeId>> nodes_for(const Location& list) {
    if (!list.schema->is_array()) {
      return Error(ErrorKind::malformed, list.pointer + ": expected an array of schemas");
    }
    std::vector<NodeId> out;
    for (std::size_t i = 0; i < list.schema->size(); ++i) {
      out.push_back(node_for(below(list, std::to_string(i), (*list.schema)[i])));
    }
    return out;
  }

  Result<std::vector<std::pair<std::string_view, Location>>> members(const Location& object) const {
    if (!object.schema->is_object()) {
      return Error(ErrorKind::malformed, object.pointer + ": expected an object of schemas");
    }
    std::vector<std::pair<std::string_view, Location>> out;
    out.reserve(object.schema->size());
    for (const auto& [name, schema] : object.schema->get_ref<const Json::object_t&>())
      out.emplace_back(name, below(object, name, schema));
    return out;
  }

  References references_;
  Program program_;
  std::deque<Location> pending_;  // by NodeId
  std::unordered_map<const Json*, NodeId> ids_;
};

/// Recursion that does not descend into the document would never end; deep chains would cost stack.
class ApplicatorCheck {
 public:
  explicit ApplicatorCheck(const Program& program)
      : nodes_(program.nodes), state_(nodes_.size(), State::unseen), height_(nodes_.size(), 0) {}

  Result<void> run() {
    for (NodeId id = 0; id < nodes_.size(); ++id) TRY(visit(id, 0));
    return {};
  }

 private:
  enum class State : std::uint8_t { unseen, open, done };

  Result<void> visit(NodeId id, std::size_t depth) {
    const Node& node = nodes_[id];
    if (state_[id] == State::open) {
      return Error(ErrorKind::malformed,
                   node.pointer + ": schema applies itself to the same value");
    }
    if (state_[id] == State::unseen) {
      if (depth > kMaxApplicators) return too_deep(node);
      state_[id] = State::open;
      for (const NodeId next : in_place(node)) {
        TRY(visit(next, depth + 1));
        height_[id] = std::max(height_[id], height_[next] + 1);
      }
      state_[id] = State::done;
    }
    if (depth + height_[id] > kMaxApplicators) return too_deep(node);
    return {};
  }

  static Error too_deep(const Node& node) {
    return Error(ErrorKind::too_large, node.pointer + ": more than " +
                                           std::to_string(kMaxApplicators) +
                                           " schemas apply each other to one value");
  }

  static std::vector<NodeId> in_place(const Node& node) {
    std::vector<NodeId> out;
    if (node.form == Node::Form::reference) out.push_back(node.target);
    for (const auto* list : {&node.all_of, &node.any_of, &node.one_of}) {
      out.insert(out.end(), list->begin(), list->end());
    }
    for (const auto* one : {&node.negated, &node.condition, &node.then_branch, &node.else_branch}) {
      if (*one) out.push_back(**one);
    }
    for (const Dependency& dependency : node.dependencies) {
      if (const auto* schema = std::get_if<NodeId>(&dependency.needs)) out.push_back(*schema);
    }
    return out;
  }

  const std::deque<Node>& nodes_;
  std::vector<State> state_;
  std::vector<std::size_t> height_;
};

}  // namespace

Result<Program> compile(const Json& schema) {
  Compiler compiler(TRY(References::index(schema)));
  Program program = TRY(compiler.run());
  TRY(ApplicatorCheck(program).run());
  return program;
}

}  // namespace mpk::json::draft7
