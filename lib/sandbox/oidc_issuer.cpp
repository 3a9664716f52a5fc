// OidcIssuer: discovery, keys and a mint that believes everyone (OpenID Connect Discovery 1.0).
#include "base/encoding.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/jws.hpp"
#include "sandbox/oidc_pages.hpp"
#include "sandbox/services.hpp"

#include <nlohmann/json.hpp>

namespace mpk::sandbox {
namespace {

constexpr std::int64_t kTokenSeconds = 600;
constexpr std::size_t kCoordinateSize = 32;

Error refused(std::string message) {
  return Error(ErrorKind::unauthorized, "identity token: " + std::move(message));
}

std::string key_id(const crypto::PublicKey& key) { return key.fingerprint().hex().substr(0, 16); }

// RFC 7517. An uncompressed P-256 point, 04 ‖ x ‖ y, ends its SubjectPublicKeyInfo.
Json jwk(const crypto::PublicKey& key) {
  const BytesView point = BytesView(key.spki()).last(2 * kCoordinateSize);
  return {{"kty", "EC"},
          {"crv", "P-256"},
          {"use", "sig"},
          {"alg", "ES256"},
          {"kid", key_id(key)},
          {"x", base64url_encode(point.first(kCoordinateSize))},
          {"y", base64url_encode(point.last(kCoordinateSize))}};
}

Json discovery(const std::string& url) {
  return {{"issuer", url},
          {"jwks_uri", url + "/keys"},
          {"authorization_endpoint", url + "/auth"},
          {"token_endpoint", url + "/token"},
          {"device_authorization_endpoint", url + "/device/code"},
          {"response_types_supported", {"code"}},
          {"grant_types_supported",
           {"authorization_code", "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code"}},
          {"code_challenge_methods_supported", {"S256"}},
          {"token_endpoint_auth_methods_supported", {"client_secret_basic", "client_secret_post"}},
          {"authorization_response_iss_parameter_supported", true},
          {"subject_types_supported", {"public"}},
          {"id_token_signing_alg_values_supported", {"ES256"}}};
}

std::string encode_part(const Json& part) {
  return base64url_encode(as_bytes(json::compact(part)));
}

Result<Json> decode_part(std::string_view part) {
  const Bytes text = TRY(base64url_decode(part));
  return json::parse(as_text(text), {.max_bytes = limits::kToken});
}

// RFC 7519 §4.1.3: one string, or several.
Result<bool> is_for(const json::Field& claims, std::string_view audience) {
  const json::Field field = TRY(claims.at("aud"));
  if (!field.is_array()) return TRY(field.string()) == audience;
  for (const auto& item : TRY(field.items())) {
    if (TRY(item.string()) == audience) return true;
  }
  return false;
}

Result<void> check_times(const json::Field& claims, Timestamp now) {
  const auto expires = TRY(TRY(claims.at("exp")).integer());
  if (now >= Timestamp::from_seconds(expires)) {
    return refused("expired at " + Timestamp::from_seconds(expires).text());
  }
  if (const auto start = TRY(claims.find("nbf"))) {
    const auto not_before = Timestamp::from_seconds(TRY(start->integer()));
    if (now < not_before) return refused("not valid before " + not_before.text());
  }
  return {};
}

Result<OidcIssuer::Claims> read_claims(const json::Field& claims) {
  OidcIssuer::Claims read;
  read.issuer = TRY(claims.string("iss"));
  read.subject = TRY(claims.string("sub"));
  read.email = TRY(claims.optional_string("email")).value_or("");
  for (const auto& [name, value] : claims.value().get_ref<const Json::object_t&>()) {
    if (value.is_string()) read.others[name] = value.get_ref<const std::string&>();
  }
  if (!read.email.empty() && !TRY(claims.optional_boolean("email_verified")).value_or(false)) {
    return refused("its e-mail address is not verified");
  }
  return read;
}

Result<std::map<std::string, std::string>> read_others(std::string_view text) {
  const Json object = TRY(json::parse(text, {.max_bytes = limits::kToken}));
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : TRY(json::Field(object).members()))
    out[name] = TRY(value.string());
  return out;
}

}  // namespace

http::ServerResponse OidcIssuer::handle(const http::ServerRequest& request) const {
  if (auto page = login_page(*logins_, url_, request)) return std::move(*page);
  if (request.path == "/token" && request.method == "POST") return token_endpoint(request);
  if (request.method != "GET" && request.method != "HEAD") return rpc_error(405, "only GET");
  if (request.path == "/healthz") return json_answer(200, {{"status", "SERVING"}});
  if (request.path == "/.well-known/openid-configuration") return json_answer(200, discovery(url_));
  if (request.path == "/keys") {
    return json_answer(200, {{"keys", Json::array({jwk(key_.public_key())})}});
  }
  if (request.path != "/token") return rpc_error(404, "no such page: " + request.path);
  return mint_for_query(request);
}

http::ServerResponse OidcIssuer::mint_for_query(const http::ServerRequest& request) const {
  const auto email = request.parameter("email").value_or("");
  const auto subject = request.parameter("sub").value_or(email);
  if (subject.empty()) return rpc_error(400, "query: expected email=… or sub=…");
  const auto others = read_others(request.parameter("claims").value_or("{}"));
  if (!others) return rpc_error(400, "query: claims: " + others.error().text());
  const auto token =
      mint(subject, email, request.parameter("audience").value_or("sigstore"), *others);
  if (!token) return rpc_error(token.error());
  return text_answer("application/jwt", *token);
}

// RFC 6749 §5, with the faults that a client has to see through.
http::ServerResponse OidcIssuer::token_endpoint(const http::ServerRequest& request) const {
  const auto fault = logins_->fault();
  if (fault == OidcFault::error_page) return error_page();
  const auto grant = redeem_grant(*logins_, url_, request);
  if (!grant) return oauth_error(grant.error());
  Json claims = claims_of(grant->subject, grant->email, grant->client);
  if (!grant->nonce.empty()) claims["nonce"] = grant->nonce;
  if (fault == OidcFault::wrong_nonce) claims["nonce"] = "another";
  if (fault == OidcFault::wrong_audience) claims["aud"] = "another";
  if (fault == OidcFault::wrong_issuer) claims["iss"] = "https://another.example";
  if (fault == OidcFault::expired_token) claims["exp"] = clock_.now().seconds() - kTokenSeconds;
  if (fault == OidcFault::future_token) claims["iat"] = clock_.now().seconds() + kTokenSeconds;
  const auto token = sign(claims);
  if (!token) return rpc_error(token.error());
  Json answer = {
      {"access_token", "opaque"}, {"token_type", "Bearer"}, {"expires_in", kTokenSeconds}};
  if (fault != OidcFault::no_id_token) answer["id_token"] = *token;
  return json_answer(200, answer);
}

Result<std::string> OidcIssuer::mint(const std::string& email, const std::string& audience) const {
  return mint(email, email, audience);
}

Result<std::string> OidcIssuer::mint(const std::string& subject, const std::string& email,
                                     const std::string& audience,
                                     const std::map<std::string, std::string>& others) const {
  auto claims = claims_of(subject, email, audience);
  for (const auto& [name, value] : others) claims.emplace(name, value);
  return sign(claims);
}

Json OidcIssuer::claims_of(const std::string& subject, const std::string& email,
                           const std::string& audience) const {
  const auto now = clock_.now().seconds();
  Json claims = {{"iss", url_}, {"aud", audience}, {"sub", subject},
                 {"iat", now},  {"nbf", now},      {"exp", now + kTokenSeconds}};
  if (!email.empty()) {
    claims["email"] = email;
    claims["email_verified"] = true;
  }
  return claims;
}

Result<std::string> OidcIssuer::sign(const Json& claims) const {
  for (const auto& member : claims) {
    if (member.is_string() && !is_valid_utf8(member.get_ref<const std::string&>()))
      return Error(ErrorKind::usage, "identity token: not UTF-8");
  }
  const Json header = {{"alg", "ES256"}, {"kid", key_id(key_.public_key())}, {"typ", "JWT"}};
  const std::string input = encode_part(header) + "." + encode_part(claims);
  const Bytes signature = TRY(es256_from_der(TRY(key_.sign(as_bytes(input)))));
  return input + "." + base64url_encode(signature);
}

Result<OidcIssuer::Claims> OidcIssuer::verify(std::string_view jwt,
                                              std::string_view audience) const {
  const auto check = [&]() -> Result<Claims> {
    const auto parts = split(jwt, '.');
    if (parts.size() != 3) return refused("not a JWT of three parts");
    const Json header = TRY(decode_part(parts[0]));
    const auto algorithm = TRY(json::Field(header).string("alg"));
    if (algorithm != "ES256") return refused("alg is " + printable(algorithm, 40));
    const auto signature = TRY(es256_to_der(TRY(base64url_decode(parts[2]))));
    const auto input = jwt.substr(0, parts[0].size() + 1 + parts[1].size());
    if (!key_.public_key().verify(as_bytes(input), signature)) {
      return refused("its signature is not this issuer's");
    }
    const Json payload = TRY(decode_part(parts[1]));
    const json::Field claims(payload);
    if (TRY(claims.string("iss")) != url_) return refused("another issuer");
    if (!TRY(is_for(claims, audience))) {
      return refused("its audience is not \"" + std::string(audience) + "\"");
    }
    TRY(check_times(claims, clock_.now()));
    return read_claims(claims);
  };
  auto claims = check();
  if (claims || claims.error().kind() == ErrorKind::unauthorized) return claims;
  return refused(claims.error().text());  // unreadable is refused like any other bad credential
}

}  // namespace mpk::sandbox
