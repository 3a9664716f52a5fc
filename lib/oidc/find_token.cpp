// One identity: the order of its places.
#include "oidc/find_token.hpp"

#include "base/text.hpp"
#include "oidc/logins.hpp"
#include "oidc/open_browser.hpp"
#include "oidc/sources.hpp"

#include <array>
#include <optional>
#include <utility>

namespace mpk::oidc {
namespace {

constexpr const char* kVariable = "SIGSTORE_ID_TOKEN";

bool in_ci(const Env& env) {
  const auto said = lower_ascii(env.get("CI").value_or("false"));
  if (said != "false" && said != "0") return true;
  for (const auto* name : {"GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE", "CIRCLECI", "JENKINS_URL",
                           "TEAMCITY_VERSION", "TF_BUILD"}) {
    if (env.get(name)) return true;
  }
  return false;
}

Result<void> check_request(const TokenRequest& request) {
  const std::array given = {
      std::pair(request.token_text.has_value(), "--identity-token"),
      std::pair(request.flow.has_value(), "--oidc-flow"),
      std::pair(!request.provider.empty(), "--oidc-provider"),
  };
  const char* first = nullptr;
  for (const auto& [is_given, flag] : given) {
    if (!is_given) continue;
    if (first != nullptr) {
      return Error(ErrorKind::usage, std::string(first) + " and " + flag + " exclude each other",
                   "each says where the identity comes from; give one");
    }
    first = flag;
  }
  if (!request.provider.empty() && request.no_ambient) {
    return Error(ErrorKind::usage,
                 "--oidc-provider and --oidc-disable-ambient-providers exclude each other");
  }
  const bool no_browser = request.flow ? *request.flow != Flow::browser : first != nullptr;
  if (request.redirect && no_browser) {
    return Error(ErrorKind::usage, "--oidc-redirect-url is for a log-in in the browser",
                 "leave it out, or use --oidc-flow browser");
  }
  return {};
}

Result<IdentityToken> from_source(const Source& source, const TokenRequest& request,
                                  const Surroundings& around) {
  const auto raw = TRY(source.fetch(around, request.client_id));
  return read_token(raw, std::string(source.label), around.clock.now(), request.client_id);
}

struct Found {
  std::optional<IdentityToken> token;
  std::optional<Error> first_refusal;  // of a source that was there by itself
};

Result<Found> from_any_source(const TokenRequest& request, const Surroundings& around) {
  Found out;
  for (const auto* source : sources()) {
    const auto presence = source->presence(around);
    if (presence == Presence::absent) continue;
    around.logger.info("identity: asking " + std::string(source->label));
    auto token = from_source(*source, request, around);
    if (token) {
      out.token = token.take();
      return out;
    }
    auto error = std::move(token).error();
    if (presence == Presence::named || error.kind() == ErrorKind::cancelled) return error;
    around.logger.info("identity: " + error.text());
    if (!out.first_refusal) out.first_refusal = std::move(error);
  }
  return out;
}

Result<Login> login_with(const TokenRequest& request, const Surroundings& around) {
  if (request.issuer.empty()) {
    return Error(ErrorKind::usage, "no OIDC issuer to log in with: the signing config names none",
                 "add --oidc-issuer URL");
  }
  auto issuer = TRY(discover(around.transport, request.issuer));
  return Login{.around = around,
               .request = request,
               .issuer = std::move(issuer),
               .client = {.id = request.client_id, .secret = request.client_secret}};
}

Flow usual_flow(const Login& login) {
  if (login.request.redirect) return Flow::browser;
  // Over SSH a browser elsewhere could not come back to this machine's loopback.
  if (has_browser(login.around.env)) return Flow::browser;
  return login.issuer.device.empty() ? Flow::out_of_band : Flow::device;
}

Result<IdentityToken> log_in(const TokenRequest& request, const Surroundings& around) {
  if (request.flow && *request.flow != Flow::client_credentials && in_ci(around.env)) {
    return Error(ErrorKind::usage, "a CI job has nobody who could log in",
                 "give the job an identity of its own (mpk-sign(1), IDENTITY), or use --oidc-flow "
                 "client_credentials; if this is no CI job, unset CI");
  }
  if (request.flow != Flow::client_credentials && (!request.person.tell || !request.person.ask))
    return Error(ErrorKind::usage, "there is nobody to log in");
  const auto login = TRY(login_with(request, around));
  switch (request.flow.value_or(usual_flow(login))) {
    case Flow::browser:
      return login_by_browser(login);
    case Flow::device:
      return login_by_device(login);
    case Flow::out_of_band:
      return login_by_paste(login);
    case Flow::client_credentials:
      break;
  }
  return login_as_client(login);
}

Error nothing_found() {
  return Error(
      ErrorKind::usage, "there is no identity to sign with",
      "give a token with --identity-token FILE or in SIGSTORE_ID_TOKEN, or log in with --oidc-flow "
      "device; try it out with mpk sandbox run -- …");
}

Result<IdentityToken> look_around(const TokenRequest& request, const Surroundings& around) {
  Found found;
  if (!request.no_ambient) {
    if (const auto value = around.env.get(kVariable))
      return read_token(*value, kVariable, around.clock.now(), request.client_id);
    found = TRY(from_any_source(request, around));
    if (found.token) return std::move(*found.token);
  }
  if (request.person.at_terminal && !in_ci(around.env)) return log_in(request, around);
  if (found.first_refusal) return std::move(*found.first_refusal);
  return nothing_found();
}

Result<IdentityToken> take(const TokenRequest& request, const Surroundings& around) {
  TRY(check_request(request));
  if (request.token_text) {
    return read_token(*request.token_text, request.token_source, around.clock.now(),
                      request.client_id);
  }
  if (request.flow) return log_in(request, around);
  if (!request.provider.empty()) {
    const auto* source = TRY(source_named(request.provider));
    return from_source(*source, request, around).with("--oidc-provider " + request.provider);
  }
  return look_around(request, around);
}

}  // namespace

Result<Flow> parse_flow(std::string_view text) {
  if (text == "browser" || text == "normal") return Flow::browser;
  if (text == "device") return Flow::device;
  if (text == "oob") return Flow::out_of_band;
  if (text == "client_credentials") return Flow::client_credentials;
  return Error(ErrorKind::usage, "--oidc-flow " + printable(text, 40) + ": not known",
               text == "token" ? "a token is given with --identity-token FILE"
                               : "expected browser, device, oob or client_credentials");
}

Result<IdentityToken> find_token(const TokenRequest& request, const Surroundings& around) {
  auto token = TRY(take(request, around));
  const auto line = "identity: " + printable(token.identity(), 200) + " from " + token.source +
                    " (issuer " + printable(token.issuer, 200) + ")";
  if (request.report) request.report(line);
  return token;
}

}  // namespace mpk::oidc
