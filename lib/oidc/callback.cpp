// Callbacks: state first, then what they say.
#include "oidc/callback.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace mpk::oidc {
namespace {

// Nothing from outside is put into the page.
http::ServerResponse page(int status, const std::string& title, const std::string& text) {
  http::ServerResponse out;
  out.status = status;
  out.content_type = "text/html; charset=utf-8";
  out.headers = {{"Cache-Control", "no-store"},
                 {"Referrer-Policy", "no-referrer"},  // the address has the code in it
                 {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}};
  out.body =
      "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>mpk: " +
      title +
      "</title>\n<body style=\"font: 1.1em sans-serif; max-width: 30em; margin: 4em auto\">\n<h1>" +
      title + "</h1>\n<p>" + text + "</p>\n</body></html>\n";
  return out;
}

Error refused_login(const http::ServerRequest& request, const std::string& code) {
  const auto description = request.parameter("error_description").value_or("");
  return Error(ErrorKind::unauthorized,
               "the issuer refused the log-in: " + printable(code, 80) +
                   (description.empty() ? "" : ": " + printable(description, 200)),
               code == "access_denied" ? "run the command again and allow it in the browser"
                                       : "run the command again, or try --oidc-flow device");
}

}  // namespace

http::ServerResponse Callback::decide(Result<std::string> outcome) {
  const bool good = outcome.has_value();
  outcome_ = std::move(outcome);
  changed_.notify_all();
  return good ? page(200, "Logged in", "mpk goes on. You can close this window.")
              : page(400, "Not logged in", "mpk says why. You can close this window.");
}

http::ServerResponse Callback::handle(const http::ServerRequest& request) {
  if (request.path != path_)
    return page(404, "Not here", "This address only waits for the end of a log-in.");
  if (request.method != "GET") return page(405, "Not so", "Only a browser's GET is expected.");
  const std::lock_guard lock(mutex_);
  const auto state = request.parameter("state").value_or("");
  if (!equal_constant_time(as_bytes(state), as_bytes(state_))) {
    ++strangers_;
    return page(400, "Another log-in",
                "This is not the answer to the log-in that mpk waits for, which goes on waiting.");
  }
  if (outcome_) return page(400, "Too late", "This log-in has ended already.");
  const auto issuer = request.parameter("iss");
  if (issuer ? *issuer != issuer_ : must_name_issuer_) {
    return decide(
        Error(ErrorKind::untrusted,
              issuer ? "the log-in was answered by another issuer, " + printable(*issuer, 200)
                     : "the log-in's answer does not name its issuer, which promises to",
              "somebody may have mixed up two log-ins: run the command again"));
  }
  if (const auto error = request.parameter("error")) return decide(refused_login(request, *error));
  auto code = request.parameter("code").value_or("");
  if (code.empty())
    return decide(Error(ErrorKind::malformed, "the issuer sent the browser back without a code"));
  return decide(std::move(code));
}

std::optional<Result<std::string>> Callback::wait_for(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return outcome_.has_value(); });
  return outcome_;
}

unsigned Callback::strangers() const {
  const std::lock_guard lock(mutex_);
  return strangers_;
}

}  // namespace mpk::oidc
