// Gathering: pages one after the other, bounded, and no page missing.
#include "agent/gathering.hpp"

#include "agent/limits.hpp"
#include "base/text.hpp"
#include "json/read.hpp"

#include <utility>

namespace mpk::agent {
namespace {

constexpr std::string_view kServerInfo = "io.modelcontextprotocol/serverInfo";

Error too_many(std::string_view what, std::size_t limit) {
  return Error(ErrorKind::too_large, std::string(what) + ": more than the limit of " +
                                         std::to_string(limit) + " of one server");
}

}  // namespace

Result<void> Gathering::info(const Json& result) {
  const json::Field field(result, "$");
  auto said = TRY(field.find("serverInfo"));
  if (const auto meta = TRY(field.find("_meta")); !said && meta && meta->is_object())
    said = TRY(meta->find(kServerInfo));
  if (said) {
    auto name = TRY(said->string("name"));
    if (name.size() > limits::kNameBytes) return said->error("name is over the limit of bytes");
    server_.said_name = std::move(name);
    server_.version = TRY(said->optional_string("version")).value_or("");
  }
  // A result of 2026-07-28 repeats who answers, not what initialize or server/discover told.
  if (auto instructions = TRY(field.optional_string("instructions")))
    server_.instructions = std::move(instructions);
  return {};
}

// Which page comes next. A cursor that was there before would go on for ever.
Result<std::optional<std::string>> Gathering::turn(List& list, const Json& result,
                                                   std::string_view what) {
  if (list.pages > 0 && !list.cursor) {
    return Error(ErrorKind::malformed,
                 std::string(what) + ": a page follows one that has no nextCursor",
                 "give the pages of one list, in their order");
  }
  if (++list.pages > limits::kPages) {
    return Error(ErrorKind::too_large, std::string(what) + ": more than the limit of " +
                                           std::to_string(limits::kPages) + " pages");
  }
  list.cursor = TRY(json::Field(result, "$").optional_string("nextCursor"));
  if (list.cursor && !list.cursors.insert(*list.cursor).second) {
    return Error(ErrorKind::malformed, std::string(what) + ": nextCursor " +
                                           printable(*list.cursor, 60) +
                                           " was there before: the list never ends");
  }
  return list.cursor;
}

Result<std::optional<std::string>> Gathering::tools(const Json& result) {
  auto cursor = TRY(turn(tool_list_, result, "tools"));
  const auto items = TRY(json::Field(result, "$").items("tools"));
  if (!server_.tools) server_.tools.emplace();
  if (server_.tools->size() + items.size() > limits::kTools)
    return too_many("tools", limits::kTools);
  for (const auto& item : items)
    server_.tools->push_back(TRY(read_tool(item.value(), item.path())));
  TRY(info(result));
  return cursor;
}

Result<std::optional<std::string>> Gathering::prompts(const Json& result) {
  auto cursor = TRY(turn(prompt_list_, result, "prompts"));
  const auto items = TRY(json::Field(result, "$").items("prompts"));
  if (!server_.prompts) server_.prompts.emplace();
  if (server_.prompts->size() + items.size() > limits::kTools)
    return too_many("prompts", limits::kTools);
  for (const auto& item : items)
    server_.prompts->push_back(TRY(read_prompt(item.value(), item.path())));
  TRY(info(result));
  return cursor;
}

Result<Server> Gathering::finish(std::string name) {
  for (const auto& [list, what] : {std::pair(&tool_list_, "tools"), {&prompt_list_, "prompts"}}) {
    if (!list->cursor) continue;
    return Error(
        ErrorKind::malformed,
        std::string(what) + ": the list goes on at nextCursor " + printable(*list->cursor, 60),
        "give all pages, as an array of results");
  }
  if (server_.tools) TRY(sort_tools(*server_.tools));
  if (server_.prompts) TRY(sort_prompts(*server_.prompts));
  server_.name = std::move(name);
  return std::move(server_);
}

}  // namespace mpk::agent
