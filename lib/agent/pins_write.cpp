// Pins into a document: old ones out, new ones in, the model depends on them.
#include "agent/own_properties.hpp"
#include "agent/pins.hpp"
#include "aibom/validate.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <map>
#include <set>
#include <utility>

namespace mpk::agent {
namespace {

class Properties {
 public:
  void add(std::string_view name, std::string value) {
    if (!value.empty()) list_.push_back({{"name", own(name)}, {"value", std::move(value)}});
  }
  void add(std::string_view name, bool value) { add(name, std::string(value ? "true" : "false")); }
  void add_list(std::string_view name, const std::vector<std::string>& list) {
    if (!list.empty()) add(name, json::compact(Json(list)));
  }
  void add_scopes(const std::vector<std::string>& scopes) { add(kScope, join(scopes, " ")); }
  void put_into(Json& owner) && {
    if (!list_.empty()) owner["properties"] = std::move(list_);
  }

 private:
  Json list_ = Json::array();
};

void set_text(Json& owner, const char* name, const std::string& value) {
  if (!value.empty()) owner[name] = value;
}

std::string card_ref(const std::string& name) { return "a2a:" + percent_encode(name); }

Json tool_service(const std::string& server, const Tool& tool) {
  Json service = {{"bom-ref", tool_ref(server, tool.name)}, {"name", tool.name}};
  Properties properties;
  properties.add(kToolDigest, tool.digest.hex());
  if (tool.definition) {
    const auto description = tool.definition->find("description");
    if (description != tool.definition->end())
      set_text(service, "description", description->get_ref<const std::string&>());
    properties.add(kToolDefinition, json::compact(*tool.definition));
  }
  properties.add(kReadOnly, tool.hints.read_only);
  properties.add(kDestructive, tool.hints.destructive);
  properties.add(kIdempotent, tool.hints.idempotent);
  properties.add(kOpenWorld, tool.hints.open_world);
  properties.add_scopes(tool.scopes);
  std::move(properties).put_into(service);
  return service;
}

Json server_service(const Server& server) {
  const auto ref = server_ref(server.name);
  Json service = {{"bom-ref", ref}, {"name", server.name}};
  set_text(service, "version", server.version);
  if (!server.endpoint.empty()) {
    service["endpoints"] = Json::array({server.endpoint});
    service["authenticated"] = server.authenticated;
    const auto url = Url::parse(server.endpoint);
    service["x-trust-boundary"] = url && !is_loopback_host(url->host);
  }
  Properties properties;
  properties.add(kServer, server.name);
  properties.add(kSaidName, server.said_name);
  if (server.instructions) properties.add(kInstructions, *server.instructions);
  properties.add(kTransport, server.transport);
  properties.add(kCommand, server.command);
  properties.add_list(kArguments, server.arguments);
  properties.add_list(kEnvironment, server.environment);
  properties.add_list(kHeaders, server.headers);
  properties.add_scopes(server.scopes);
  if (server.tools) {
    properties.add(kToolCount, std::to_string(server.tools->size()));
    Json tools = Json::array();
    for (const auto& tool : *server.tools) tools.push_back(tool_service(server.name, tool));
    if (!tools.empty()) service["services"] = std::move(tools);
  }
  if (server.prompts) properties.add(kPromptCount, std::to_string(server.prompts->size()));
  std::move(properties).put_into(service);
  return service;
}

Json prompt_component(std::string ref, const Prompt& prompt, const char* type,
                      std::string_view property, const std::string& owner) {
  Json component = {
      {"type", "data"},
      {"bom-ref", std::move(ref)},
      {"name", prompt.name},
      {"hashes", Json::array({{{"alg", "SHA-256"}, {"content", prompt.digest.hex()}}})},
      {"data", Json::array({{{"type", type}}})}};
  set_text(component, "description",
           prompt.description.empty() ? prompt.title : prompt.description);
  Properties properties;
  properties.add(property, owner);
  std::move(properties).put_into(component);
  return component;
}

Json card_service(const Card& card) {
  const auto ref = card_ref(card.name);
  Json service = {{"bom-ref", ref}, {"name", card.name}};
  set_text(service, "version", card.version);
  set_text(service, "description", card.description);
  if (!card.provider.empty()) {
    service["provider"] = Json::object();
    service["provider"]["name"] = card.provider;
  }
  if (!card.endpoints.empty()) service["endpoints"] = card.endpoints;
  service["authenticated"] = card.authenticated;
  service["externalReferences"] = Json::array(
      {{{"type", "configuration"},
        {"url", "agent-card.json"},
        {"comment", "A2A agent card, as it was pinned"},
        {"hashes", Json::array({{{"alg", "SHA-256"}, {"content", card.file_digest.hex()}}})}}});
  Properties properties;
  properties.add(kCard, card.digest.hex());
  properties.add(kCardSignature, std::string(to_string(card.signature)));
  properties.add(kCardSigner, card.key_id);
  if (card.jws_digest) properties.add(kCardJws, card.jws_digest->hex());
  properties.add_scopes(card.scopes);
  std::move(properties).put_into(service);
  Json skills = Json::array();
  for (const auto& skill : card.skills) {
    Json each = {{"bom-ref", ref + "/" + percent_encode(skill.id)}, {"name", skill.name}};
    set_text(each, "description", skill.description);
    skills.push_back(std::move(each));
  }
  if (!skills.empty()) service["services"] = std::move(skills);
  return service;
}

std::string text_of(const Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// An array of the document, made where it is missing. malformed: something else is there.
Result<Json*> list_of(Json& owner, const char* name) {
  auto& list = owner[name];
  if (list.is_null()) list = Json::array();
  if (list.is_array()) return &list;
  return Error(ErrorKind::malformed, std::string(name) + ": expected an array");
}

// The model, or whatever the document is about, with a bom-ref.
Result<std::string> subject_ref(Json& bom) {
  Json* subject = nullptr;
  if (bom.contains("metadata") && bom["metadata"].is_object() &&
      bom["metadata"].contains("component"))
    subject = &bom["metadata"]["component"];
  if (subject == nullptr && bom.contains("components") && bom["components"].is_array()) {
    for (auto& component : bom["components"]) {
      if (text_of(component, "type") != "machine-learning-model") continue;
      subject = &component;
      break;
    }
  }
  if (subject == nullptr || !subject->is_object()) {
    return Error(ErrorKind::malformed,
                 "the document is about nothing: metadata.component and a component of type "
                 "machine-learning-model are missing");
  }
  auto ref = text_of(*subject, "bom-ref");
  if (ref.empty()) (*subject)["bom-ref"] = ref = "model";
  return ref;
}

// What is pinned, by bom-ref: sorted, so that the order of the input does not matter.
struct Parts {
  std::map<std::string, Json> services, components;
  std::set<std::string> replaced;  // bom-refs of old pins
};

Result<void> add_part(std::map<std::string, Json>& parts, Json part) {
  auto ref = text_of(part, "bom-ref");
  if (parts.emplace(ref, std::move(part)).second) return {};
  return Error(ErrorKind::usage, printable(ref, 100) + ": pinned twice by one command");
}

Result<Parts> make_parts(const PinInput& input) {
  Parts out;
  for (const auto& server : input.servers) {
    TRY(add_part(out.services, server_service(server)));
    if (!server.prompts) continue;
    for (const auto& prompt : *server.prompts) {
      auto ref = server_ref(server.name) + "/prompt:" + percent_encode(prompt.name);
      TRY(add_part(out.components,
                   prompt_component(std::move(ref), prompt, "definition", kPromptOf, server.name)));
    }
  }
  for (const auto& prompt : input.templates) {
    TRY(add_part(out.components, prompt_component("prompt:" + percent_encode(prompt.name), prompt,
                                                  "configuration", kTemplate, prompt.name)));
  }
  for (const auto& card : input.cards) TRY(add_part(out.services, card_service(card)));
  return out;
}

// A new pin replaces one of its bom-ref, and a server's pin all prompts that the server had.
bool is_replaced(const Json& element, const Parts& parts) {
  const auto ref = text_of(element, "bom-ref");
  if (parts.services.contains(ref) || parts.components.contains(ref)) return true;
  const auto cut = ref.find("/prompt:");
  return cut != std::string::npos && parts.services.contains(ref.substr(0, cut));
}

void remove_old(Json& list, Parts& parts) {
  Json kept = Json::array();
  for (auto& element : list) {
    if (is_replaced(element, parts)) {
      parts.replaced.insert(text_of(element, "bom-ref"));
    } else {
      kept.push_back(std::move(element));
    }
  }
  list = std::move(kept);
}

Result<void> depend(Json& bom, const std::string& subject, const Parts& parts) {
  auto* dependencies = TRY(list_of(bom, "dependencies"));
  Json* entry = nullptr;
  for (auto& each : *dependencies) {
    if (text_of(each, "ref") == subject) entry = &each;
  }
  if (entry == nullptr) {
    dependencies->push_back({{"ref", subject}});
    entry = &dependencies->back();
  }
  auto* on = TRY(list_of(*entry, "dependsOn"));
  Json kept = Json::array();
  std::set<std::string> added;
  for (const auto& each : parts.services) added.insert(each.first);
  for (const auto& each : parts.components) added.insert(each.first);
  for (auto& ref : *on) {
    const bool gone = ref.is_string() && (parts.replaced.contains(ref.get<std::string>()) ||
                                          added.contains(ref.get<std::string>()));
    if (!gone) kept.push_back(std::move(ref));
  }
  for (const auto& ref : added) kept.push_back(ref);
  *on = std::move(kept);
  return {};
}

Result<void> check_valid(const Json& bom, std::string_view when, ErrorKind kind) {
  for (const auto& problem : TRY(aibom::validate_aibom(bom))) {
    if (problem.level != aibom::Problem::Level::error) continue;
    return Error(kind,
                 std::string(when) + ": " +
                     printable(problem.pointer.empty() ? "/" : problem.pointer, 200) + ": " +
                     printable(problem.message, 200),
                 "mpk aibom validate lists every problem");
  }
  return {};
}

}  // namespace

Result<std::vector<Server>> merge_servers(std::vector<Server> servers) {
  std::map<std::string, Server> merged;
  for (auto& server : servers) {
    const auto found = merged.find(server.name);
    if (found == merged.end()) {
      merged.emplace(server.name, std::move(server));
      continue;
    }
    auto& into = found->second;
    if ((into.tools && server.tools) || (into.prompts && server.prompts)) {
      return Error(ErrorKind::usage,
                   printable(server.name, 80) + ": two lists of its tools or prompts",
                   "name servers apart with NAME=FILE");
    }
    if (server.tools) into.tools = std::move(server.tools);
    if (server.prompts) into.prompts = std::move(server.prompts);
    if (server.instructions) into.instructions = std::move(server.instructions);
    for (auto member : {&Server::said_name, &Server::version, &Server::endpoint, &Server::transport,
                        &Server::command}) {
      if ((into.*member).empty()) into.*member = std::move(server.*member);
    }
    for (auto member :
         {&Server::arguments, &Server::environment, &Server::headers, &Server::scopes}) {
      if ((into.*member).empty()) into.*member = std::move(server.*member);
    }
    into.authenticated = into.authenticated || server.authenticated;
  }
  std::vector<Server> out;
  for (auto& [name, server] : merged) out.push_back(std::move(server));
  return out;
}

Result<Json> pin(Json bom, const PinInput& input) {
  if (!bom.is_object() || text_of(bom, "bomFormat") != "CycloneDX")
    return Error(ErrorKind::malformed, "not a CycloneDX document: it has no bomFormat");
  if (bom.contains("signature")) {
    return Error(ErrorKind::unsupported, "the document is signed inside: pins would break that",
                 "pin first, sign after; mpk sign and mpk attest sign from outside");
  }
  TRY(check_valid(bom, "the document is not valid", ErrorKind::malformed));
  auto parts = TRY(make_parts(input));
  const auto subject = TRY(subject_ref(bom));
  auto* services = TRY(list_of(bom, "services"));
  remove_old(*services, parts);
  for (auto& each : parts.services) services->push_back(each.second);
  if (services->empty()) bom.erase("services");
  auto* components = TRY(list_of(bom, "components"));
  remove_old(*components, parts);
  for (auto& each : parts.components) components->push_back(each.second);
  if (components->empty()) bom.erase("components");
  TRY(depend(bom, subject, parts));
  TRY(check_valid(bom, "the document with its pins is not valid", ErrorKind::malformed));
  return bom;
}

}  // namespace mpk::agent
