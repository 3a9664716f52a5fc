// Google Cloud: the metadata server's identity, or that of a service account to impersonate.
#include "base/file.hpp"
#include "base/text.hpp"
#include "oidc/ask.hpp"
#include "oidc/sources.hpp"

#include <nlohmann/json.hpp>

#include <optional>

namespace mpk::oidc {
namespace {

constexpr const char* kProductName = "sys/class/dmi/id/product_name";
const char* const kWho = "Google's metadata server";

std::optional<std::string> impersonated(const Surroundings& around) {
  return around.env.get("GOOGLE_SERVICE_ACCOUNT_NAME");
}

Result<http::Response> metadata(const Surroundings& around, const std::string& what) {
  // As Google's own libraries: the variable is for emulators and for workload identity proxies.
  const auto host = around.env.get("GCE_METADATA_HOST").value_or("metadata.google.internal");
  auto response = TRY(ask(
      around.transport,
      {.who = kWho,
       .url = "http://" + host + "/computeMetadata/v1/instance/service-accounts/default/" + what,
       .headers = {{"Metadata-Flavor", "Google"}}}));
  // Without it somebody else answered: a captive portal, or a proxy.
  if (response.headers.get("Metadata-Flavor").value_or("") != "Google") {
    return Error(ErrorKind::network,
                 host + ": the answer does not say Metadata-Flavor: Google, so it is not " + kWho,
                 "if http_proxy is set, add " + host + " to no_proxy");
  }
  if (response.status == 404)
    return refusal(kWho, response, "attach a service account to this machine or pod");
  if (response.status != 200) return refusal(kWho, response);
  return response;
}

Result<std::string> identity(const Surroundings& around, const std::string& audience) {
  const auto response =
      TRY(metadata(around, "identity?audience=" + percent_encode(audience) + "&format=full"));
  return response.body;
}

// https://cloud.google.com/iam/docs/reference/credentials/rest: serviceAccounts.generateIdToken
Result<std::string> impersonate(const Surroundings& around, const std::string& audience) {
  const auto account = impersonated(around);
  if (!account) {
    return Error(ErrorKind::usage,
                 "no account to impersonate: GOOGLE_SERVICE_ACCOUNT_NAME is not "
                 "set",
                 "set it to the service account's e-mail address");
  }
  const auto answer = TRY(metadata(
      around, "token?scopes=" + percent_encode("https://www.googleapis.com/auth/cloud-platform")));
  const auto access = TRY(text_member(kWho, answer, "access_token"));
  const std::string who = "Google's IAM credentials API";
  const Json body = {{"audience", audience}, {"includeEmail", true}};
  const auto response = TRY(
      ask(around.transport,
          {.who = who,
           .method = "POST",
           .url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" +
                  percent_encode(*account) + ":generateIdToken",
           .headers = {{"Authorization", "Bearer " + access}, {"Content-Type", "application/json"}},
           .body = json::compact(body)}));
  if (response.status != 200) {
    return refusal(who, response,
                   "the machine's account needs the role roles/iam.serviceAccountTokenCreator on " +
                       printable(*account, 120));
  }
  return text_member(who, response, "token");
}

Presence machine(const Surroundings& around) {
  if (around.env.get("GCE_METADATA_HOST")) return Presence::named;
  constexpr std::size_t kShort = 4096;
  const auto name = read_file(around.root / kProductName, kShort);
  const bool google = name && (trim(*name) == "Google" || trim(*name) == "Google Compute Engine");
  return google ? Presence::found : Presence::absent;
}

Presence account(const Surroundings& around) {
  return impersonated(around) ? Presence::named : Presence::absent;
}

}  // namespace

const Source kGoogleImpersonation = {.name = "google-impersonate",
                                     .label = "Google Cloud, by impersonation",
                                     .presence = account,
                                     .fetch = impersonate};
const Source kGoogle = {.name = "google",
                        .label = "Google Cloud's metadata server",
                        .presence = machine,
                        .fetch = identity};

}  // namespace mpk::oidc
