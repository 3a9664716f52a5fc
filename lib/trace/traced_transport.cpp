// Client spans by OpenTelemetry's semantic conventions for HTTP.
#include "trace/traced_transport.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace mpk::trace {
namespace {

// RFC 9110 §9 and RFC 5789: what a name may be made of, so that there are few.
constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"};

void describe(const http::Request& request, Span& span) {
  const auto& url = request.url;
  span.text("http.request.method", request.method);
  span.text("url.full", url.redacted());
  auto host = std::string_view(url.host);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  span.text("server.address", host);
  span.number("server.port", url.effective_port());
}

}  // namespace

Result<http::Response> TracedTransport::send(http::Request request) {
  const bool known = std::ranges::find(kMethods, request.method) != kMethods.end();
  auto span = job_.start(known ? std::string_view(request.method) : "HTTP", Kind::client);
  // Whether something is there: a no is as good an answer.
  const bool asks = request.method == "HEAD";
  const auto context = span.context();
  if (!context.valid()) return inner_.send(std::move(request));
  if (span.recording()) describe(request, span);
  write_headers(context, request.headers);
  auto response = inner_.send(std::move(request));
  if (!response) {
    span.fail(response.error());
    return response;
  }
  span.number("http.response.status_code", response->status);
  if (response->status >= 400 && !(asks && response->status == 404))
    span.fail(std::to_string(response->status));
  return response;
}

}  // namespace mpk::trace
