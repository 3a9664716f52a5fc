// Requests with secrets: no redirects, capped answers, pages never repeated.
#include "oidc/ask.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::oidc {
namespace {

ErrorKind kind_of(int status) {
  if (status == 401) return ErrorKind::unauthorized;
  if (status == 403) return ErrorKind::denied;
  if (status == 404) return ErrorKind::not_found;
  if (status >= 400 && status < 500 && status != 429) return ErrorKind::denied;
  return ErrorKind::network;
}

// RFC 6749 §5.2 {"error","error_description"}; Google {"error":{"message"}}; others {"message"}.
std::string said_in(const std::string& body) {
  const auto document = json::parse(body, {.max_bytes = limits::kToken});
  if (!document || !document->is_object()) return {};
  const auto text = [](const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  std::string out = text(*document, "error");
  const auto description = text(*document, "error_description");
  if (!description.empty()) out += (out.empty() ? "" : ": ") + description;
  if (!out.empty()) return out;
  const auto nested = document->find("error");
  if (nested != document->end() && nested->is_object()) return text(*nested, "message");
  return text(*document, "message");
}

}  // namespace

Result<http::Response> ask(http::Transport& transport, const Question& question) {
  http::TextSource body(question.body);
  http::Request request;
  request.method = question.method;
  request.url = TRY(Url::parse(question.url).with(question.who));
  request.headers = question.headers;
  if (question.method != "GET") request.body = &body;
  request.response_cap = limits::kToken;
  request.redirects = http::Redirects::none;
  request.idempotent = question.idempotent;
  return transport.send(request).with(question.who);
}

Error refusal(const std::string& who, const http::Response& response, std::string hint) {
  auto message = who + " answered " + std::to_string(response.status);
  if (const auto said = said_in(response.body); !said.empty())
    message += ": " + printable(said, 200);
  return Error(kind_of(response.status), std::move(message), std::move(hint));
}

Result<std::string> text_member(const std::string& who, const http::Response& response,
                                std::string_view name) {
  const auto document = TRY(json::parse(response.body, {.max_bytes = limits::kToken}).with(who));
  auto text = TRY(json::Field(document).string(name).with(who));
  if (text.empty()) {
    return Error(ErrorKind::malformed, who + ": \"" + std::string(name) + "\" is empty");
  }
  return text;
}

Result<void> check_address(const std::string& what, const std::string& url) {
  const auto parsed = TRY(Url::parse(url).with(what));
  if (!parsed.userinfo.empty()) {
    return Error(ErrorKind::usage, what + " " + parsed.redacted() + ": no user may stand in it");
  }
  if (parsed.scheme == "https" || is_loopback_host(parsed.host)) return {};
  return Error(ErrorKind::usage, what + " " + printable(parsed.redacted(), 200) + ": not https",
               "tokens and codes go over TLS; http is for loopback addresses only");
}

}  // namespace mpk::oidc
