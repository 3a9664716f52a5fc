// Who made the model and the document, and with what (Core/Agent, Core/Tool).
#include "aibom/lookup.hpp"
#include "aibom/spdx_draft.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace mpk::aibom::spdx {
namespace {

Json email(const std::string& address) {
  Json out = Json::object();
  out["type"] = "ExternalIdentifier";
  out["externalIdentifierType"] = "email";
  out["identifier"] = address;
  return out;
}

Json web_page(const std::string& url) {
  Json out = Json::object();
  out["type"] = "ExternalRef";
  out["externalRefType"] = "altWebPage";
  out["locator"] = Json::array({url});
  return out;
}

// The same agent may stand at many components.
struct Entry {
  std::string id;
  Json* element = nullptr;  // null: it was there before
};

Entry agent(Draft& draft, std::string_view type, const std::string& name, const std::string& key) {
  const auto full_key = std::string(type) + "\n" + name + "\n" + key;
  if (const auto found = draft.agents.find(full_key); found != draft.agents.end())
    return {found->second};
  auto& element = draft.graph.add(type, type == "Tool" ? "tool" : "agent", name);
  element["name"] = name;
  auto id = id_of(element);
  draft.agents.emplace(full_key, id);
  return {std::move(id), &element};
}

void use_ref(Draft& draft, const Json& part, const std::string& id) {
  const auto& ref = draft.source.take(part, "bom-ref");
  if (!ref.empty()) draft.refs.emplace(ref, id);
}

std::string tool(Draft& draft, const Json& part) {
  auto& source = draft.source;
  const auto& name = source.take(part, "name");
  if (name.empty()) return {};
  auto label = name;
  if (const auto& version = source.take(part, "version"); !version.empty()) label += "-" + version;
  const auto entry = agent(draft, "Tool", label, json::compact(part));
  use_ref(draft, part, entry.id);
  source.owns(part, entry.id);
  source.use(member(part, "type"));
  Json again = Json::object();  // what the other one has already
  auto& element = entry.element != nullptr ? *entry.element : again;
  set_text(element, "description", source.take(part, "description"));
  add_identity(draft, part, element);
  add_references(draft, part, element);
  add_properties(draft, part, element);
  return entry.id;
}

}  // namespace

std::string named_agent(Draft& draft, std::string_view type, const std::string& name) {
  return name.empty() ? std::string() : agent(draft, type, name, "").id;
}

std::string organization(Draft& draft, const Json& entity) {
  auto& source = draft.source;
  const auto& name = text(entity, "name");
  if (name.empty()) return {};
  const auto entry = agent(draft, "Organization", name, json::compact(entity));
  source.use(member(entity, "name"));
  source.owns(entity, entry.id);
  use_ref(draft, entity, entry.id);
  for (const auto& url : items(member(entity, "url"))) {
    source.use(url);
    if (entry.element != nullptr) append(*entry.element, "externalRef", web_page(text(url)));
  }
  for (const auto& contact : items(member(entity, "contact"))) {
    const auto& address = source.take(contact, "email");
    if (!address.empty() && entry.element != nullptr)
      append(*entry.element, "externalIdentifier", email(address));
  }
  return entry.id;
}

std::string person(Draft& draft, const Json& contact) {
  auto& source = draft.source;
  const auto& address = text(contact, "email");
  const auto& name = text(contact, "name").empty() ? address : text(contact, "name");
  if (name.empty()) return {};
  const auto entry = agent(draft, "Person", name, json::compact(contact));
  source.use(member(contact, "name"));
  source.use(member(contact, "email"));
  source.owns(contact, entry.id);
  use_ref(draft, contact, entry.id);
  if (!address.empty() && entry.element != nullptr)
    append(*entry.element, "externalIdentifier", email(address));
  return entry.id;
}

std::vector<std::string> tools(Draft& draft) {
  std::vector<std::string> out;
  const auto add = [&](const Json& part) {
    auto id = tool(draft, part);
    if (!id.empty()) out.push_back(std::move(id));
  };
  const auto& list = member(member(draft.source.bom(), "metadata"), "tools");
  for (const auto& part : items(list)) add(part);  // the form that 1.5 deprecated
  for (const auto* kind : {"components", "services"}) {
    for (const auto& part : items(member(list, kind))) add(part);
  }
  return out;
}

}  // namespace mpk::aibom::spdx
