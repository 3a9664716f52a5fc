// documents: files are found by name, and parsed without a word where their readers have spoken.
#include "model/documents.hpp"

#include "base/text.hpp"
#include "json/parse.hpp"
#include "model/collect.hpp"
#include "model/json_file.hpp"
#include "model/names.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace mpk::model {
namespace {

std::optional<Document> parsed(const FileHead* head) {
  if (!head || head->bytes.size() < head->size) return std::nullopt;
  auto value = json::parse(head->bytes);
  if (!value || !value->is_object()) return std::nullopt;
  return Document{head->path, std::move(*value)};
}

void read_tokenizer(const Heads& heads, Documents& out, ModelInfo& info) {
  const FileHead* head = find_file(heads, "tokenizer.json");
  if (!head) return;
  auto tokenizer = read_tokenizer_file(*head);
  if (tokenizer) {
    out.tokenizer = std::move(*tokenizer);
    out.tokenizer_path = head->path;
    return;
  }
  const bool large = tokenizer.error().kind() == ErrorKind::too_large;
  add_finding(info, large ? Severity::info : Severity::medium, "config-unreadable", head->path,
              tokenizer.error().text(),
              large ? "" : "correct the file: what it says is missing from the description");
}

}  // namespace

const FileHead* find_file(const Heads& heads, std::string_view name) {
  const FileHead* found = nullptr;
  std::ptrdiff_t depth = 0;
  bool alone = true;
  for (const auto& [path, head] : heads) {
    if (!iequals_ascii(base_name(path), name)) continue;
    const auto level = std::count(path.begin(), path.end(), '/');
    if (found && level > depth) continue;
    alone = !found || level < depth;
    found = head;
    depth = level;
  }
  return alone ? found : nullptr;
}

Documents parse_documents(const Heads& heads, ModelInfo& info) {
  Documents out;
  const auto find = [&](std::string_view name) { return parsed(find_file(heads, name)); };
  out.config = find("config.json");
  out.generation = find("generation_config.json");
  out.tokenizer_config = find("tokenizer_config.json");
  out.adapter = find("adapter_config.json");
  out.model_index = find("model_index.json");
  // sentence-transformers: modules.json names the folder, in practice always this one.
  if (const auto pooling = heads.find("1_Pooling/config.json"); pooling != heads.end()) {
    out.pooling = parsed(pooling->second);
  }
  read_tokenizer(heads, out, info);
  return out;
}

Member config_member(const Json& config, const std::string& key) {
  if (const auto member = config.find(key); member != config.end() && !member->is_null()) {
    return {&*member, "/" + key};
  }
  const auto [inner, prefix] = text_config(config);
  if (!inner) return {};
  const auto member = inner->find(key);
  if (member == inner->end() || member->is_null()) return {};
  return {&*member, prefix + "/" + key};
}

std::optional<std::uint64_t> config_number(const Json& config, const std::string& key) {
  const Member member = config_member(config, key);
  if (!member.json || !member.json->is_number_unsigned()) return std::nullopt;
  return member.json->get<std::uint64_t>();
}

}  // namespace mpk::model
