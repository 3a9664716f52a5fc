// Spans by OpenTelemetry's conventions for HTTP servers, and by names of our own.
#include "admit/spans.hpp"

#include <string>

namespace mpk::admit {

trace::Span request_span(const trace::Tracer* tracer, const http::ServerRequest& request,
                         std::string_view route) {
  if (tracer == nullptr) return {};
  auto span = tracer->start(request.method + " " + std::string(route), trace::Kind::server,
                            trace::read_headers(request.headers));
  span.text("http.request.method", request.method);
  span.text("http.route", route);
  span.text("url.path", request.path);
  span.text("url.scheme", "https");
  span.text("client.address", request.client);
  return span;
}

void note_review(const ReviewRequest& request, const ReviewResponse& response, trace::Span& span) {
  if (!span.recording()) return;
  const auto text = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) span.text(key, value);
  };
  text("k8s.namespace.name", request.name_space);
  text("mpk.admission.operation", request.operation);
  text("mpk.admission.group", request.group);
  text("mpk.admission.kind", request.kind);
  text("mpk.admission.name", request.name);
  text("mpk.admission.uid", response.uid);
  span.flag("mpk.admission.dry_run", request.dry_run);
  span.flag("mpk.admission.allowed", response.allowed);
  if (!response.allowed) span.number("mpk.admission.code", response.code);
}

void note_answer(int status, std::string_view outcome, trace::Span& span) {
  span.number("http.response.status_code", status);
  span.text("mpk.admission.outcome", outcome);
  if (status >= 500) span.fail(std::to_string(status));
}

trace::Span reference_span(const trace::Span& request, const oci::Reference& reference) {
  auto span = request.child("ask for a verdict");
  if (span.recording()) span.text("mpk.reference", reference.text());
  return span;
}

void note_verdict(const Result<std::shared_ptr<const policy::Verdict>>& verdict,
                  trace::Span& span) {
  if (!span.recording()) return;
  if (!verdict) return span.fail(verdict.error());
  const auto outcome = (*verdict)->outcome();
  if ((*verdict)->digest) span.text("oci.manifest.digest", (*verdict)->digest->text());
  span.text("mpk.verdict.result", to_string(outcome));
  if (outcome == policy::Verdict::Outcome::undecided) span.fail("undecided");
}

}  // namespace mpk::admit
