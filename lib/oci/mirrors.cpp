// hosts.toml: which mirrors a registry has, and what each may be asked.
#include "oci/mirrors.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "json/toml.hpp"
#include "oci/reference.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <system_error>

namespace mpk::oci {
namespace {

namespace fs = std::filesystem;
using Ordered = nlohmann::ordered_json;

constexpr std::size_t kHostsFile = 256U << 10;

bool one_of(const Ordered& list, std::string_view word) {
  return std::ranges::any_of(list, [&](const Ordered& item) { return item == word; });
}

// Why the entry can't be followed; empty: it can.
std::string why_not(const Ordered& entry) {
  if (!entry.is_object()) return "it is no table";
  for (const auto& [key, value] : entry.items()) {
    // A time limit of theirs; ours stay.
    if (key == "dial_timeout") continue;
    if (key == "skip_verify" && value == false) continue;
    if (key == "override_path" && value.is_boolean()) continue;
    if (key == "capabilities" && value.is_array()) continue;
    return fmt::format("\"{}\" is not supported", printable(key, 40));
  }
  return {};
}

// "/v2/proxy-cache" with override_path: the repositories are below proxy-cache/.
std::optional<std::string> prefix_of(const Url& url, bool override_path) {
  const auto path = std::string_view(url.path);
  if (!override_path) return path == "/" ? std::optional(std::string()) : std::nullopt;
  constexpr std::string_view kApi = "/v2";
  if (!path.starts_with(kApi)) return std::nullopt;
  auto rest = path.substr(kApi.size());
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty()) return std::string();
  if (!rest.starts_with('/')) return std::nullopt;
  return std::string(rest.substr(1)) + "/";
}

// Nothing of a hostile path may get into a request.
bool is_repository_prefix(const std::string& prefix) {
  return prefix.empty() || Reference::parse("reg.example/" + prefix + "x").has_value();
}

struct Entry {
  std::optional<Mirror> mirror;
  std::string problem;
};

Entry read_entry(const std::string& key, const Ordered& value) {
  if (auto problem = why_not(value); !problem.empty()) return {.mirror = {}, .problem = problem};
  auto url = Url::parse(key.find("://") == std::string::npos ? "https://" + key : key);
  if (!url || !url->userinfo.empty() || !url->query.empty())
    return {.mirror = {}, .problem = "it is no URL of a registry"};
  auto prefix = prefix_of(*url, value.value("override_path", false));
  if (!prefix || !is_repository_prefix(*prefix))
    return {.mirror = {}, .problem = "a path is supported below /v2/ with override_path only"};
  Mirror mirror{.base = url.take(), .prefix = *prefix, .resolves = true};
  mirror.base.path = "/";
  if (const auto listed = value.find("capabilities"); listed != value.end()) {
    // A mirror that may only be pushed to, or only resolves, can't serve what is pulled.
    if (!one_of(*listed, "pull")) return {};
    mirror.resolves = one_of(*listed, "resolve");
  }
  return {.mirror = std::move(mirror), .problem = {}};
}

std::vector<std::string> directory_names(std::string_view registry) {
  std::vector<std::string> out{std::string(registry)};
  constexpr std::string_view kPort = ":443";
  if (registry.ends_with(kPort)) {
    out.emplace_back(registry.substr(0, registry.size() - kPort.size()));
  } else if (registry.find_last_of(":]") == std::string_view::npos) {
    out.push_back(out.front() + std::string(kPort));
  }
  return out;
}

}  // namespace

Result<std::vector<Mirror>> parse_hosts(std::string_view text, std::string_view name,
                                        const Logger& logger) {
  const auto document = TRY(json::parse_toml(text, name));
  std::vector<Mirror> out;
  const auto hosts = document.find("host");
  if (hosts == document.end()) return out;
  if (!hosts->is_object())
    return Error(ErrorKind::malformed, fmt::format("{}: \"host\" is no table", name));
  for (const auto& [key, value] : hosts->items()) {
    auto entry = read_entry(key, value);
    if (entry.mirror) out.push_back(*std::move(entry.mirror));
    if (!entry.problem.empty()) {
      logger.warning(fmt::format("{}: the mirror {} is left out: {}", name, printable(key, 120),
                                 entry.problem));
    }
  }
  return out;
}

std::vector<fs::path> mirror_roots(const Env& env) {
  std::vector<fs::path> out;
  if (const auto home = env.home()) out.push_back(*home / ".config/containers/certs.d");
  out.emplace_back("/etc/containers/certs.d");
  out.emplace_back("/etc/containerd/certs.d");
  return out;
}

Result<std::vector<Mirror>> mirrors_of(std::string_view registry,
                                       const std::vector<fs::path>& roots, const Logger& logger) {
  for (const auto& root : roots) {
    for (const auto& name : directory_names(registry)) {
      const auto file = root / name / "hosts.toml";
      std::error_code failed;
      if (!fs::is_regular_file(file, failed) || failed) continue;
      const auto text = read_file(file, kHostsFile);
      if (text) return parse_hosts(*text, file.native(), logger);
      if (text.error().kind() != ErrorKind::io) return text.error();
    }
  }
  return std::vector<Mirror>();
}

}  // namespace mpk::oci
