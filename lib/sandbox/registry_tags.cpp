// Tag list of the registry, with pagination.
#include "base/text.hpp"
#include "base/url.hpp"
#include "json/value.hpp"
#include "sandbox/registry_answer.hpp"
#include "sandbox/registry_state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::sandbox {

http::ServerResponse serve_tags(RegistryState& state, const Route& route,
                                const http::ServerRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return refusal(405, "UNSUPPORTED", "only GET");
  }
  if (!state.index.has_repository(route.repository)) {
    return refusal(404, "NAME_UNKNOWN", "repository name not known to registry");
  }
  auto tags = state.index.tags(route.repository);
  if (const auto last = request.parameter("last")) {
    tags.erase(tags.begin(), std::upper_bound(tags.begin(), tags.end(), *last));
  }
  http::ServerResponse response;
  if (const auto text = request.parameter("n")) {
    const auto count = parse_u64(*text);
    if (!count) return refusal(400, "PAGINATION_NUMBER_INVALID", "n: expected a number");
    if (*count < tags.size()) {
      tags.resize(static_cast<std::size_t>(*count));
      if (!tags.empty()) {
        response.headers.set("Link", "</v2/" + route.repository + "/tags/list?n=" + *text +
                                         "&last=" + percent_encode(tags.back()) +
                                         ">; rel=\"next\"");
      }
    }
  }
  response.body = json::compact({{"name", route.repository}, {"tags", tags}});
  return response;
}

}  // namespace mpk::sandbox
