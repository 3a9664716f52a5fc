// Redirects: RFC 9110 §15.4, with credentials kept inside their origin.
#include "http/redirect.hpp"

#include "base/limits.hpp"

#include <utility>

namespace mpk::http {
namespace {

bool is_safe(const Request& request) { return request.method == "GET" || request.method == "HEAD"; }

bool follows(const Request& request, int status) {
  if (request.redirects == Redirects::none) return false;
  switch (status) {
    case 301:
    case 302:
    case 303:
      return is_safe(request);
    case 307:
    case 308:
      return is_safe(request) || request.redirects == Redirects::all;
    default:
      return false;
  }
}

/// The request for the next hop. RFC 9110 §15.4: credentials and fields of the old target go.
Result<void> retarget(Request& request, Url next) {
  if (request.url.scheme == "https" && next.scheme != "https") {
    return Error(ErrorKind::network, request.url.redacted() + ": redirects from https to " +
                                         next.redacted() + ", which is refused");
  }
  request.headers.remove("Host");
  if (!request.url.same_origin(next)) {
    // Nobody has named that place: it is told neither a secret nor whose request this is.
    for (const auto* name :
         {"Authorization", "Cookie", "Proxy-Authorization", "traceparent", "tracestate"}) {
      request.headers.remove(name);
    }
  }
  request.url = std::move(next);
  return request.body != nullptr ? request.body->rewind() : Result<void>();
}

class Redirecting final : public Sender {
 public:
  Redirecting(std::unique_ptr<Sender> inner, Logger logger)
      : inner_(std::move(inner)), logger_(std::move(logger)) {}

  Attempt send_once(const Request& original) override {
    Request request = original;
    for (std::size_t hops = 0;; ++hops) {
      Attempt attempt = inner_->send_once(request);
      if (!attempt.result || !follows(request, attempt.result->status)) return attempt;
      const auto location = attempt.result->headers.get("Location");
      if (!location) return attempt;
      if (hops == limits::kRedirects) {
        return refused(Error(ErrorKind::network, original.url.redacted() + ": more than " +
                                                     std::to_string(limits::kRedirects) +
                                                     " redirects"));
      }
      auto next = request.url.resolve(*location);
      if (!next) {
        return refused(std::move(next.error()).with("redirect of " + request.url.redacted()));
      }
      logger_.debug("redirect to " + next->redacted());
      if (auto ready = retarget(request, next.take()); !ready) {
        return refused(std::move(ready.error()));
      }
    }
  }

 private:
  static Attempt refused(Error error) { return {std::move(error), true, true}; }

  std::unique_ptr<Sender> inner_;
  Logger logger_;
};

}  // namespace

std::unique_ptr<Sender> make_redirecting(std::unique_ptr<Sender> inner, Logger logger) {
  return std::make_unique<Redirecting>(std::move(inner), std::move(logger));
}

}  // namespace mpk::http
