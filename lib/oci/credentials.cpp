// Credentials: looking up, saving and erasing in docker's and podman's files.
#include "oci/credentials.hpp"

#include "base/encoding.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/credential_helper.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace mpk::oci {
namespace {

constexpr std::size_t kConfigCap = 4U << 20;
constexpr std::string_view kDockerHub = "https://index.docker.io/v1/";

bool is_docker_hub(std::string_view registry) {
  return registry == "docker.io" || registry == "index.docker.io" ||
         registry == "registry-1.docker.io";
}

std::vector<std::filesystem::path> config_files(const Env& env) {
  std::vector<std::filesystem::path> out;
  auto home = env.get("HOME");
  if (auto file = env.get("REGISTRY_AUTH_FILE")) out.emplace_back(*file);
  if (auto directory = env.get("DOCKER_CONFIG")) {
    out.emplace_back(std::filesystem::path(*directory) / "config.json");
  } else if (home) {
    out.emplace_back(std::filesystem::path(*home) / ".docker" / "config.json");
  }
  if (auto runtime = env.get("XDG_RUNTIME_DIR"))
    out.emplace_back(std::filesystem::path(*runtime) / "containers" / "auth.json");
  if (auto config = env.get("XDG_CONFIG_HOME")) {
    out.emplace_back(std::filesystem::path(*config) / "containers" / "auth.json");
  } else if (home) {
    out.emplace_back(std::filesystem::path(*home) / ".config" / "containers" / "auth.json");
  }
  return out;
}

// Docker writes "https://host/v1/", podman "host/namespace": the keys under which a registry may
// stand, the most specific first.
std::vector<std::string> keys_for(std::string_view registry, std::string_view repository) {
  std::vector<std::string> out;
  std::string host(registry);
  for (std::string path(repository); !path.empty();) {
    out.push_back(fmt::format("{}/{}", host, path));
    auto slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
  }
  std::vector<std::string> hosts = {host};
  if (is_docker_hub(registry)) hosts = {"docker.io", "index.docker.io", "registry-1.docker.io"};
  if (is_docker_hub(registry)) out.emplace_back(kDockerHub);
  for (const auto& name : hosts) {
    for (const auto* prefix : {"", "https://", "http://"}) {
      for (const auto* suffix : {"", "/", "/v1", "/v1/", "/v2", "/v2/"})
        out.push_back(prefix + name + suffix);
    }
  }
  return out;
}

std::string helper_key(std::string_view registry) {
  return is_docker_hub(registry) ? std::string(kDockerHub) : std::string(registry);
}

Result<Credential> read_auth_entry(const json::Field& entry) {
  Credential out;
  out.identity_token = TRY(entry.optional_string("identitytoken")).value_or("");
  out.username = TRY(entry.optional_string("username")).value_or("");
  out.password = TRY(entry.optional_string("password")).value_or("");
  auto auth = TRY(entry.optional_string("auth"));
  if (auth && !auth->empty()) {
    auto decoded = base64_decode(*auth);
    if (!decoded) return entry.error("auth is not base64");
    auto text = std::string(as_text(*decoded));
    // Old docker versions pad with NUL bytes.
    while (!text.empty() && text.back() == '\0') text.pop_back();
    auto colon = text.find(':');
    if (colon == std::string::npos) return entry.error("auth has no colon inside");
    out.username = text.substr(0, colon);
    out.password = text.substr(colon + 1);
  }
  return out;
}

Result<std::optional<std::string>> helper_for(const json::Field& config,
                                              std::string_view registry) {
  if (auto helpers = TRY(config.find("credHelpers"))) {
    for (const auto& key : {std::string(registry), helper_key(registry)}) {
      // Empty: none for this host, whatever credsStore says.
      if (auto name = TRY(helpers->optional_string(key)))
        return name->empty() ? std::nullopt : name;
    }
  }
  auto store = TRY(config.optional_string("credsStore"));
  if (store && store->empty()) store.reset();
  return store;
}

Result<std::optional<Credential>> find_in(const json::Field& config, std::string_view registry,
                                          std::string_view repository) {
  if (auto helper = TRY(helper_for(config, registry))) {
    if (auto found = TRY(helper_get(*helper, helper_key(registry)))) return found;
  }
  auto auths = TRY(config.find("auths"));
  if (!auths) return std::optional<Credential>();
  for (const auto& key : keys_for(registry, repository)) {
    auto entry = TRY(auths->find(key));
    if (!entry) continue;
    auto credential = TRY(read_auth_entry(*entry));
    bool empty = credential.username.empty() && credential.identity_token.empty();
    if (!empty) return std::optional(credential);
  }
  return std::optional<Credential>();
}

Result<std::optional<Json>> load(const std::filesystem::path& path) {
  auto text = read_file(path, kConfigCap);
  if (!text && text.error().kind() == ErrorKind::not_found) return std::optional<Json>();
  if (!text) return std::move(text).error();
  if (trim(*text).empty()) return std::optional<Json>();
  auto document = json::parse(*text);
  if (!document) return std::move(document).error().with(path.string());
  if (!document->is_object())
    return Error(ErrorKind::malformed, path.string() + ": expected a JSON object");
  return std::optional(document.take());
}

Result<std::filesystem::path> docker_config(const Env& env) {
  if (auto file = env.get("REGISTRY_AUTH_FILE")) return std::filesystem::path(*file);
  if (auto directory = env.get("DOCKER_CONFIG"))
    return std::filesystem::path(*directory) / "config.json";
  return TRY(env.home()) / ".docker" / "config.json";
}

Result<void> store_config(const std::filesystem::path& path, const Json& config) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return Error(ErrorKind::io, path.parent_path().string() + ": " + error.message());
  return write_file_atomic(path, json::pretty(config), 0600);
}

}  // namespace

Result<std::optional<Credential>> find_credential(std::string_view registry,
                                                  std::string_view repository, const Env& env) {
  for (const auto& path : config_files(env)) {
    auto document = TRY(load(path));
    if (!document) continue;
    auto found = find_in(json::Field(*document), registry, repository);
    if (!found) return std::move(found).error().with(path.string());
    if (*found) return found;
  }
  return std::optional<Credential>();
}

Result<SavedCredential> save_credential(std::string_view registry, const Credential& credential,
                                        const Env& env) {
  auto path = TRY(docker_config(env));
  auto document = TRY(load(path)).value_or(Json::object());
  if (auto helper = TRY(helper_for(json::Field(document), registry))) {
    TRY(helper_store(*helper, helper_key(registry), credential));
    return SavedCredential{"docker-credential-" + *helper, false};
  }
  auto& auths = document["auths"];
  if (!auths.is_object()) auths = Json::object();
  auths[helper_key(registry)] = {
      {"auth", base64_encode(as_bytes(credential.username + ":" + credential.password))}};
  TRY(store_config(path, document));
  return SavedCredential{path.string(), true};
}

Result<std::string> erase_credential(std::string_view registry, const Env& env) {
  auto path = TRY(docker_config(env));
  auto document = TRY(load(path)).value_or(Json::object());
  if (auto helper = TRY(helper_for(json::Field(document), registry))) {
    if (TRY(helper_get(*helper, helper_key(registry)))) {
      TRY(helper_erase(*helper, helper_key(registry)));
      return "docker-credential-" + *helper;
    }
  }
  std::size_t removed = 0;
  if (document.contains("auths") && document["auths"].is_object()) {
    for (const auto& key : keys_for(registry, {})) removed += document["auths"].erase(key);
  }
  if (removed == 0) {
    return Error(ErrorKind::not_found,
                 "no credential for " + std::string(registry) + " in " + path.string());
  }
  TRY(store_config(path, document));
  return path.string();
}

}  // namespace mpk::oci
