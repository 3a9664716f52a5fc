// The authorization code flow: its address, its exchange, and two ways to bring the code.
#include "base/text.hpp"
#include "base/url.hpp"
#include "http/server.hpp"
#include "oidc/callback.hpp"
#include "oidc/logins.hpp"
#include "oidc/open_browser.hpp"
#include "oidc/pkce.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

namespace mpk::oidc {
namespace {

using std::chrono::milliseconds;

constexpr unsigned kThreads = 8;  // a browser opens connections that it does not use
constexpr milliseconds kStep{100};
constexpr const char* kPasted = "urn:ietf:wg:oauth:2.0:oob";

Error nobody_came(const Login& login, const Callback& callback) {
  const auto minutes = std::to_string(login.request.patience.count());
  return Error(ErrorKind::timeout, "nobody logged in within " + minutes + " seconds",
               callback.strangers() > 0
                   ? "an answer with a wrong state came and was not taken: use the address of this "
                     "run, in one window"
                   : "a browser on another machine can't reach this one: use --oidc-flow device");
}

Result<std::string> wait_for_code(const Login& login, Callback& callback) {
  const auto end = std::chrono::steady_clock::now() + login.request.patience;
  while (std::chrono::steady_clock::now() < end) {
    if (auto outcome = callback.wait_for(kStep)) return std::move(*outcome);
    TRY(login.around.cancel.check());
  }
  return nobody_came(login, callback);
}

Result<std::unique_ptr<http::Server>> listen(const RedirectUrl& address, Callback& callback) {
  auto server = http::Server::start(
      address.port,
      [&callback](const http::ServerRequest& request) { return callback.handle(request); },
      kThreads);
  if (server || address.port == 0) return server;
  return std::move(server)
      .error()
      .with("--oidc-redirect-url")
      .with_hint(
          "another program has the port: end it, or name another that the client has "
          "registered");
}

}  // namespace

Result<std::string> authorization_url(const Login& login, const LoginSecrets& secrets,
                                      const std::string& redirect) {
  if (login.issuer.authorization.empty()) {
    return Error(ErrorKind::unsupported,
                 login.issuer.url + ": the issuer has no authorization endpoint",
                 "try --oidc-flow device or client_credentials");
  }
  return TRY(Url::parse(login.issuer.authorization))
      .with_query("response_type", "code")
      .with_query("client_id", login.client.id)
      .with_query("redirect_uri", redirect)
      .with_query("scope", "openid email")
      .with_query("state", secrets.state)
      .with_query("nonce", secrets.nonce)
      .with_query("code_challenge", secrets.challenge)
      .with_query("code_challenge_method", "S256")
      .text();
}

Result<IdentityToken> redeem(const Login& login, const LoginSecrets& secrets,
                             const std::string& code, const std::string& redirect,
                             const std::string& source) {
  const auto response = TRY(post_form(login.around.transport, "the issuer's token endpoint",
                                      login.issuer.token, login.issuer, login.client,
                                      {{"grant_type", "authorization_code"},
                                       {"code", code},
                                       {"redirect_uri", redirect},
                                       {"code_verifier", secrets.verifier}}));
  const auto raw = TRY(id_token_of(response));
  return accept_token(raw, source, login.issuer, login.client, secrets.nonce,
                      login.around.clock.now());
}

Result<IdentityToken> login_by_browser(const Login& login) {
  const auto secrets = make_login_secrets(login.around.random);
  const auto address = login.request.redirect.value_or(RedirectUrl());
  Callback callback(address.path(), secrets.state, login.issuer.url, login.issuer.answers_with_iss);
  const auto server = TRY(listen(address, callback));
  const auto redirect = address.text(server->port());
  const auto url = TRY(authorization_url(login, secrets, redirect));
  login.request.person.tell("log in with your browser: " + url);
  if (has_browser(login.around.env)) {
    if (const auto opened = open_browser(login.around, url); !opened)
      login.request.person.tell(opened.error().text() + ": " + opened.error().hint());
  }
  const auto code = TRY(wait_for_code(login, callback));
  return redeem(login, secrets, code, redirect, "the log-in in the browser");
}

Result<IdentityToken> login_by_paste(const Login& login) {
  const auto secrets = make_login_secrets(login.around.random);
  const auto url = TRY(authorization_url(login, secrets, kPasted));
  login.request.person.tell("open this address in any browser and log in: " + url);
  const auto typed = login.request.person.ask("code: ");
  TRY(login.around.cancel.check());  // Ctrl-C ends the line that is being typed
  if (!typed) return typed.error();
  const std::string code(trim(*typed));
  if (code.empty()) {
    return Error(ErrorKind::usage, "no code was typed in",
                 "the browser shows it after the log-in; --oidc-flow device needs no typing here");
  }
  return redeem(login, secrets, code, kPasted, "the log-in with a typed code");
}

Result<void> wait_a_while(const Surroundings& around, milliseconds time) {
  if (around.wait) return around.wait(time);
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    TRY(around.cancel.check());
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= milliseconds::zero()) return {};
    std::this_thread::sleep_for(std::min<std::chrono::steady_clock::duration>(left, kStep));
  }
}

}  // namespace mpk::oidc
