// What the gate's spans say: requests, the references that they ask about, the work for these.
#pragma once

#include "admit/review.hpp"
#include "base/result.hpp"
#include "http/server.hpp"
#include "oci/reference.hpp"
#include "policy/verdict.hpp"
#include "trace/tracer.hpp"

#include <memory>
#include <string_view>

namespace mpk::admit {

/// A server's span under the caller's `traceparent`. `tracer` may be null: none.
trace::Span request_span(const trace::Tracer* tracer, const http::ServerRequest& request,
                         std::string_view route);
/// What the API server asked, and what it is told.
void note_review(const ReviewRequest& request, const ReviewResponse& response, trace::Span& span);
/// `outcome`: a word of our own.
void note_answer(int status, std::string_view outcome, trace::Span& span);

trace::Span reference_span(const trace::Span& request, const oci::Reference& reference);
/// A refusal is no error; what was not decided is one.
void note_verdict(const Result<std::shared_ptr<const policy::Verdict>>& verdict, trace::Span& span);

}  // namespace mpk::admit
