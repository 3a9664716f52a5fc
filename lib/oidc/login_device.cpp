// The device flow (RFC 8628), and the one without a person (RFC 6749 §4.4).
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "oidc/ask.hpp"
#include "oidc/logins.hpp"
#include "oidc/pkce.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::oidc {
namespace {

using std::chrono::seconds;

constexpr const char* kGrant = "urn:ietf:params:oauth:grant-type:device_code";
constexpr std::uint64_t kUsualInterval = 5;  // §3.2
constexpr std::uint64_t kSlower = 5;         // §3.5
constexpr std::uint64_t kLongestInterval = 60;
constexpr std::uint64_t kLongestLife = 3600;

struct DeviceCode {
  std::string secret, user_code, address;
  std::string complete;  // the address with the code in it; may be empty
  std::uint64_t interval = kUsualInterval;
  std::uint64_t life = 0;
};

Result<DeviceCode> read_device_code(const http::Response& response) {
  const std::string who = "the issuer's device endpoint";
  if (response.status != 200) return refusal(who, response, "try --oidc-flow browser or oob");
  const auto document = TRY(json::parse(response.body, {.max_bytes = limits::kToken}).with(who));
  const json::Field answer(document);
  const auto read = [&]() -> Result<DeviceCode> {
    DeviceCode out;
    out.secret = TRY(answer.string("device_code"));
    out.user_code = TRY(answer.string("user_code"));
    out.address = TRY(answer.string("verification_uri"));
    out.complete = TRY(answer.optional_string("verification_uri_complete")).value_or("");
    out.interval = std::clamp<std::uint64_t>(
        TRY(answer.optional_unsigned("interval")).value_or(kUsualInterval), 1, kLongestInterval);
    out.life = std::min(TRY(answer.unsigned_integer("expires_in")), kLongestLife);
    return out;
  };
  return read().with(who);
}

void tell(const Login& login, const DeviceCode& code) {
  login.request.person.tell("open on any device: " + printable(code.address, 300));
  login.request.person.tell("and enter the code: " + printable(code.user_code, 60));
  if (!code.complete.empty())
    login.request.person.tell("or open this at once: " + printable(code.complete, 500));
}

}  // namespace

Result<IdentityToken> login_by_device(const Login& login) {
  if (login.issuer.device.empty()) {
    return Error(ErrorKind::unsupported,
                 login.issuer.url + ": the issuer has no device authorization endpoint",
                 "try --oidc-flow oob or browser");
  }
  const auto& around = login.around;
  const auto secrets = make_login_secrets(around.random);
  // PKCE is not in RFC 8628, but the public Sigstore issuer asks for it.
  const auto answer = TRY(post_form(around.transport, "the issuer's device endpoint",
                                    login.issuer.device, login.issuer, login.client,
                                    {{"scope", "openid email"},
                                     {"code_challenge", secrets.challenge},
                                     {"code_challenge_method", "S256"}}));
  auto code = TRY(read_device_code(answer));
  tell(login, code);
  const auto end = around.clock.now().plus_seconds(static_cast<std::int64_t>(code.life));
  while (around.clock.now() < end) {
    TRY(wait_a_while(around, seconds(code.interval)));
    const auto polled = TRY(post_form(around.transport, "the issuer's token endpoint",
                                      login.issuer.token, login.issuer, login.client,
                                      {{"grant_type", kGrant},
                                       {"device_code", code.secret},
                                       {"code_verifier", secrets.verifier}}));
    const auto error = oauth_error(polled);
    if (error == "slow_down") code.interval += kSlower;
    if (error == "slow_down" || error == "authorization_pending") continue;
    const auto raw = TRY(id_token_of(polled));
    return accept_token(raw, "the log-in on a device", login.issuer, login.client, {},
                        around.clock.now());
  }
  return Error(ErrorKind::timeout,
               "nobody entered the code within " + std::to_string(code.life) + " seconds",
               "run the command again; the code is good for that long only");
}

Result<IdentityToken> login_as_client(const Login& login) {
  if (!login.client.secret) {
    return Error(ErrorKind::usage, "the flow client_credentials needs a secret",
                 "add --oidc-client-secret-file FILE and --oidc-client-id ID");
  }
  const auto response = TRY(post_form(login.around.transport, "the issuer's token endpoint",
                                      login.issuer.token, login.issuer, login.client,
                                      {{"grant_type", "client_credentials"}, {"scope", "openid"}}));
  const auto raw = TRY(id_token_of(response));
  return accept_token(raw, "the client's own log-in", login.issuer, login.client, {},
                      login.around.clock.now());
}

}  // namespace mpk::oidc
