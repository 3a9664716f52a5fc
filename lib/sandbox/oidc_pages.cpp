// Log-ins at the sandbox's issuer: nobody is asked, everything else is as in the specifications.
#include "sandbox/oidc_pages.hpp"

#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/markup.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/sandbox.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace mpk::sandbox {
namespace {

constexpr const char* kPasted = "urn:ietf:wg:oauth:2.0:oob";
constexpr std::size_t kChallengeSize = 43;  // BASE64URL of 32 bytes

struct FaultName {
  std::string_view name;
  OidcFault fault;
};
constexpr auto kFaults = std::to_array<FaultName>({{"none", OidcFault::none},
                                                   {"deny", OidcFault::deny},
                                                   {"wrong_state", OidcFault::wrong_state},
                                                   {"error_page", OidcFault::error_page},
                                                   {"no_id_token", OidcFault::no_id_token},
                                                   {"wrong_nonce", OidcFault::wrong_nonce},
                                                   {"wrong_audience", OidcFault::wrong_audience},
                                                   {"wrong_issuer", OidcFault::wrong_issuer},
                                                   {"expired_token", OidcFault::expired_token},
                                                   {"future_token", OidcFault::future_token},
                                                   {"slow_down", OidcFault::slow_down},
                                                   {"device_expired", OidcFault::device_expired}});

http::ServerResponse html(int status, const std::string& body) {
  auto out =
      text_answer("text/html; charset=utf-8",
                  "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">" + body + "</html>\n");
  out.status = status;
  return out;
}

http::ServerResponse redirect(const std::string& to) {
  http::ServerResponse out;
  out.status = 302;
  out.headers = {{"Location", to}};
  return out;
}

std::string query_of(const http::ServerRequest& request, const char* name) {
  return request.parameter(name).value_or("");
}

/// The form of a POST, read as a query is.
Result<http::ServerRequest> form_of(const http::ServerRequest& request) {
  http::ServerRequest form;
  form.query = TRY(request.body(limits::kToken));
  return form;
}

bool may_redirect_to(const std::string& text) {
  const auto url = Url::parse(text);
  return url && url->scheme == "http" && is_loopback_host(url->host) && url->port &&
         url->path == "/auth/callback" && url->query.empty();
}

std::string_view wrong_in(const http::ServerRequest& request) {
  const auto to = query_of(request, "redirect_uri");
  if (to != kPasted && !may_redirect_to(to))
    return "redirect_uri: expected http://localhost:PORT/auth/callback";
  if (query_of(request, "response_type") != "code") return "response_type: expected code";
  if (query_of(request, "client_id").empty()) return "client_id is missing";
  if (query_of(request, "state").empty()) return "state is missing";
  if ((" " + query_of(request, "scope") + " ").find(" openid ") == std::string::npos)
    return "scope: no openid";
  if (query_of(request, "code_challenge_method") != "S256" ||
      query_of(request, "code_challenge").size() != kChallengeSize)
    return "code_challenge: expected S256";
  return {};
}

std::string who(const http::ServerRequest& request) {
  return request.parameter("login_hint").value_or(std::string(Sandbox::kIdentity));
}

// OpenID Connect Core §3.1.2. The form submits the same query, without display=page.
http::ServerResponse approve_by_form(const http::ServerRequest& request) {
  std::string fields;
  for (const auto field : split(request.query, '&')) {
    const std::string name(field.substr(0, field.find('=')));
    if (name == "display") continue;
    fields += "<input type=\"hidden\" name=\"" + escape_markup(name) + "\" value=\"" +
              escape_markup(query_of(request, name.c_str())) + "\">";
  }
  return html(200, "<title>Sandbox</title><p>Approving…</p><form action=\"/auth\">" + fields +
                       "</form><script>document.forms[0].submit()</script>");
}

http::ServerResponse authorize(OidcLogins& logins, const std::string& issuer,
                               const http::ServerRequest& request) {
  if (const auto wrong = wrong_in(request); !wrong.empty())
    return html(400, "<title>Sandbox</title><p>" + std::string(wrong) + "</p>");
  if (query_of(request, "display") == "page") return approve_by_form(request);
  const auto to = query_of(request, "redirect_uri");
  const bool wrong_state = logins.fault() == OidcFault::wrong_state;
  const auto state = wrong_state ? std::string("another") : query_of(request, "state");
  if (logins.fault() == OidcFault::deny) {
    return redirect(to + "?" +
                    form_encode({{"error", "access_denied"},
                                 {"error_description", "the user said no"},
                                 {"state", state},
                                 {"iss", issuer}}));
  }
  const auto code = logins.give_code({.client = query_of(request, "client_id"),
                                      .redirect = to,
                                      .challenge = query_of(request, "code_challenge"),
                                      .nonce = query_of(request, "nonce"),
                                      .email = who(request)});
  if (to == kPasted)
    return html(200, "<title>Sandbox</title><p>Your code:</p><pre id=\"code\">" + code + "</pre>");
  return redirect(to + "?" + form_encode({{"code", code}, {"state", state}, {"iss", issuer}}));
}

// RFC 8628 §3.1 and §3.2.
http::ServerResponse device_codes(OidcLogins& logins, const std::string& issuer,
                                  const http::ServerRequest& request) {
  const auto form = form_of(request);
  if (!form) return rpc_error(form.error());
  const auto client = query_of(*form, "client_id");
  if (client.empty())
    return oauth_error(Error(ErrorKind::denied, "invalid_request", "client_id is missing"));
  const auto codes = logins.give_device_code(client, query_of(*form, "code_challenge"));
  return json_answer(
      200, {{"device_code", codes.device_code},
            {"user_code", codes.user_code},
            {"verification_uri", issuer + "/device"},
            {"verification_uri_complete", issuer + "/device?user_code=" + codes.user_code},
            {"expires_in", 600},
            {"interval", 1}});
}

http::ServerResponse device_page(OidcLogins& logins, const http::ServerRequest& request) {
  const bool approve = query_of(request, "deny").empty() && logins.fault() != OidcFault::deny;
  if (!logins.decide_device(query_of(request, "user_code"), approve, who(request)))
    return html(404, "<title>Sandbox</title><p>No such code.</p>");
  return html(200, approve ? "<title>Sandbox</title><p>Approved.</p>"
                           : "<title>Sandbox</title><p>Refused.</p>");
}

http::ServerResponse set_fault(OidcLogins& logins, const http::ServerRequest& request) {
  const auto name = query_of(request, "is");
  for (const auto& each : kFaults) {
    if (each.name != name) continue;
    logins.set_fault(each.fault);
    return json_answer(200, {{"fault", name}});
  }
  return rpc_error(400, "no such fault: " + name);
}

/// RFC 6749 §2.3.1: by the header, or in the form.
std::pair<std::string, std::string> client_of(const http::ServerRequest& request,
                                              const http::ServerRequest& form) {
  constexpr std::string_view kBasic = "Basic ";
  const auto header = request.headers.get("Authorization").value_or("");
  if (!header.starts_with(kBasic))
    return {query_of(form, "client_id"), query_of(form, "client_secret")};
  const auto decoded = base64_decode(std::string_view(header).substr(kBasic.size()));
  const std::string text = decoded ? std::string(as_text(*decoded)) : std::string();
  const auto colon = std::min(text.find(':'), text.size());
  const auto part = [](const std::string& encoded) {
    return percent_decode(encoded).value_or(encoded);
  };
  return {part(text.substr(0, colon)), part(text.substr(std::min(colon + 1, text.size())))};
}

}  // namespace

std::optional<http::ServerResponse> login_page(OidcLogins& logins, const std::string& issuer,
                                               const http::ServerRequest& request) {
  const bool get = request.method == "GET";
  const bool post = request.method == "POST";
  if (request.path == "/auth" && get) return authorize(logins, issuer, request);
  if (request.path == "/device/code" && post) return device_codes(logins, issuer, request);
  if (request.path == "/device" && get) return device_page(logins, request);
  if (request.path == "/fault" && post) return set_fault(logins, request);
  return std::nullopt;
}

Result<OidcGrant> redeem_grant(OidcLogins& logins, const std::string& issuer,
                               const http::ServerRequest& request) {
  const auto form = TRY(form_of(request));
  const auto [client, secret] = client_of(request, form);
  if (!secret.empty() && secret != kClientSecret)
    return Error(ErrorKind::unauthorized, "invalid_client", "the secret is another");
  const auto type = query_of(form, "grant_type");
  const auto verifier = query_of(form, "code_verifier");
  if (type == "authorization_code") {
    return logins.redeem_code(query_of(form, "code"), client, query_of(form, "redirect_uri"),
                              verifier);
  }
  if (type == "urn:ietf:params:oauth:grant-type:device_code")
    return logins.poll_device(query_of(form, "device_code"), client, verifier);
  if (type != "client_credentials") {
    return Error(ErrorKind::denied, type.empty() ? "invalid_request" : "unsupported_grant_type",
                 "expected authorization_code, device_code or client_credentials");
  }
  if (secret.empty())
    return Error(ErrorKind::unauthorized, "invalid_client", "a client without a secret");
  return OidcGrant{.client = client,
                   .subject = issuer + "/clients/" + percent_encode(client),
                   .email = {},
                   .nonce = {}};
}

http::ServerResponse oauth_error(const Error& error) {
  return json_answer(error.message() == "invalid_client" ? 401 : 400,
                     {{"error", error.message()}, {"error_description", error.hint()}});
}

http::ServerResponse error_page() {
  return html(500, "<title>Bad gateway</title><h1>Something went wrong</h1>");
}

}  // namespace mpk::sandbox
