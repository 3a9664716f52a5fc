// catalog: page by page.
#include "oci/catalog.hpp"

#include "base/limits.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oci/credentials.hpp"
#include "oci/reference.hpp"
#include "oci/remote_auth.hpp"
#include "oci/remote_client.hpp"
#include "oci/remote_referrers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace mpk::oci {
namespace {

constexpr unsigned kPageNames = 1000;
constexpr std::size_t kPages = 1000;

Error no_list(const std::string& registry, int status) {
  return Error(
      ErrorKind::unsupported,
      registry + " lists no repositories (GET /v2/_catalog: " + std::to_string(status) + ")",
      "name each one, as HOST/REPO");
}

}  // namespace

Result<std::vector<std::string>> list_repositories(const std::string& registry,
                                                   http::Transport& transport, const Env& env,
                                                   const RemoteOptions& options) {
  auto url = options.base ? *options.base : TRY(registry_url(registry, options.plain_http));
  Authenticator authenticator(transport, url,
                              [&] { return find_credential(registry, std::string(), env); });
  url.path = "/v2/_catalog";
  url = url.with_query("n", std::to_string(kPageNames));
  std::vector<std::string> out;
  const auto prefix = registry + "/";
  for (std::size_t page = 0; page < kPages; ++page) {
    http::Request request;
    request.url = url;
    request.response_cap = limits::kApiResponse;
    const auto response = TRY(authenticator.send(std::move(request), {"registry:catalog:*"}));
    if (response.status == 401 || response.status == 403) {
      return Error(ErrorKind::denied,
                   registry + " shows its repositories to others only (GET /v2/_catalog: " +
                       std::to_string(response.status) + ")",
                   "log in as somebody who may, or name each one, as HOST/REPO");
    }
    if (response.status != 200) return no_list(registry, response.status);
    const auto document = TRY(json::parse(response.body).with(registry + ": list of repositories"));
    for (auto& name : TRY(json::Field(document).optional_strings("repositories"))) {
      if (Reference::parse(prefix + name)) out.push_back(std::move(name));
    }
    auto next = TRY(next_page(response, url));
    if (!next) {
      std::ranges::sort(out);
      const auto same = std::ranges::unique(out);
      out.erase(same.begin(), same.end());
      return out;
    }
    url = *std::move(next);
  }
  return Error(ErrorKind::too_large,
               registry + ": more than " + std::to_string(kPages) + " pages of repositories",
               "name those that matter, as HOST/REPO");
}

}  // namespace mpk::oci
