// Options about the identity that signs.
#include "options/oidc_options.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

namespace mpk::cli {

void OidcOptions::add_to(OptionSet& set) {
  set.option("--identity-token", "FILE", identity_token,
             "OIDC token to sign with, - for standard input (else SIGSTORE_ID_TOKEN, what the CI "
             "system or machine gives, or a log-in)",
             ValueKind::file);
  set.option("--oidc-flow", "FLOW", flow,
             "Log in: browser, device, oob (type in a code) or client_credentials");
  set.suggest({"browser", "device", "oob", "client_credentials"});
  set.option("--oidc-provider", "NAME", provider,
             "Take the identity from there and nowhere else: github-actions, gitlab, "
             "buildkite-agent, circleci, filesystem, spiffe, google or google-impersonate");
  set.suggest({"github-actions", "gitlab", "buildkite-agent", "circleci", "filesystem", "spiffe",
               "google", "google-impersonate"});
  set.flag("--oidc-disable-ambient-providers", disable_ambient,
           "Take no identity from the environment, the CI system or the machine");
  set.option("--oidc-issuer", "URL", issuer,
             "Issuer to log in with (default: the signing config's)", ValueKind::none);
  set.option("--oidc-client-id", "ID", client_id,
             "Client to log in as, and audience that tokens must have (default: sigstore)",
             ValueKind::none);
  set.option("--oidc-client-secret-file", "FILE", client_secret_file,
             "File with that client's secret, - for standard input", ValueKind::file);
  set.option("--oidc-redirect-url", "URL", redirect_url,
             "Where the browser comes back to, as the client has it registered (default: "
             "http://localhost:0/auth/callback, port 0 is any that is free)",
             ValueKind::none);
}

Result<oidc::TokenRequest> OidcOptions::resolve(Session& session) const {
  oidc::TokenRequest request;
  if (identity_token) {
    request.token_text =
        TRY(session.flag_file("--identity-token", *identity_token, limits::kToken));
    request.token_source = "--identity-token " + *identity_token;
  }
  if (flow) request.flow = TRY(oidc::parse_flow(*flow));
  if (redirect_url) request.redirect = TRY(oidc::parse_redirect_url(*redirect_url));
  request.provider = provider.value_or("");
  request.no_ambient = disable_ambient;
  request.issuer = issuer.value_or("");
  if (client_id) request.client_id = *client_id;
  if (client_secret_file) {
    const auto text =
        TRY(session.flag_file("--oidc-client-secret-file", *client_secret_file, limits::kToken));
    request.client_secret = std::string(trim(text));
    if (request.client_secret->empty()) {
      return Error(ErrorKind::usage,
                   "--oidc-client-secret-file " + *client_secret_file + ": it is empty");
    }
  }
  request.person = {
      .tell = [&session](const std::string& line) { session.tell(line); },
      .ask = [&session](const std::string& prompt) { return session.ask_line(prompt); },
      .at_terminal = session.stdin_is_terminal()};
  request.report = [&session](const std::string& line) { session.say(line); };
  return request;
}

}  // namespace mpk::cli
