// Tests of provider: Gatekeeper's external data, as Gatekeeper 3.2x sends and reads it.
#include "admit/provider.hpp"

#include "admit/limits.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::admit;

namespace {

std::string request(std::size_t keys) {
  Json all = Json::array();
  for (std::size_t i = 0; i < keys; ++i) all.push_back("ghcr.io/acme/llm:" + std::to_string(i));
  return Json{{"apiVersion", "externaldata.gatekeeper.sh/v1beta1"},
              {"kind", "ProviderRequest"},
              {"request", {{"keys", std::move(all)}}}}
      .dump();
}

}  // namespace

TEST_CASE("the keys of a request are read in order, each once") {
  const auto keys = read_provider_request(
      R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest",
          "request":{"keys":["b","a","b","a","c"],"later":1}})");
  REQUIRE(keys);
  CHECK(*keys == std::vector<std::string>{"b", "a", "c"});
  CHECK(read_provider_request(
      R"({"apiVersion":"externaldata.gatekeeper.sh/v1alpha1","kind":"ProviderRequest","request":{"keys":["a"]}})"));
}

TEST_CASE("what is no request of a provider is refused") {
  for (
      const std::string body :
      {"", "[]", "null", "{}",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v2","kind":"ProviderRequest","request":{"keys":["a"]}})",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderResponse","request":{"keys":["a"]}})",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest"})",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{}})",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":[]}})",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":"a"}})",
       R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest","request":{"keys":["a",1]}})"}) {
    CAPTURE(body);
    const auto refused = read_provider_request(body);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("a request has at most so many keys and bytes") {
  CHECK(read_provider_request(request(admit::limits::kProviderKeys)));
  const auto keys = read_provider_request(request(admit::limits::kProviderKeys + 1));
  REQUIRE_FALSE(keys);
  CHECK(keys.error().kind() == ErrorKind::too_large);
  auto body = request(1);
  body.resize(admit::limits::kAdmissionReview, ' ');
  CHECK(read_provider_request(body));
  const auto bytes = read_provider_request(body + ' ');
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().kind() == ErrorKind::too_large);
}

TEST_CASE("a response has each item's value or error, and the key as it was asked for") {
  const auto response = provider_response(
      {{.key = "ghcr.io/acme/llm:1", .value = {{"verdict", "pass"}}},
       {.key = "a\nb", .value = "dropped", .error = "no signature\x1b[31m\nat all"}},
      "");
  CHECK(response == json::parse(R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1",
      "kind":"ProviderResponse","response":{"idempotent":true,"systemError":"","items":[
        {"key":"ghcr.io/acme/llm:1","value":{"verdict":"pass"}},
        {"key":"a\nb","error":"no signature\\x1b[31m\\nat all"}]}})")
                        .value());
  CHECK(provider_response({}, "policy is gone\n")["response"] ==
        Json{{"idempotent", true}, {"items", Json::array()}, {"systemError", "policy is gone\\n"}});
}
