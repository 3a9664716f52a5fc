// AdmissionReview v1 (k8s.io/api/admission/v1): what the API server asks, and what it is told.
#pragma once

#include "base/digest.hpp"
#include "base/result.hpp"
#include "json/value.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mpk::admit {

// status.code of a refusal.
inline constexpr int kBadRequest = 400;
inline constexpr int kForbidden = 403;
inline constexpr int kUnavailable = 503;  // could not be decided: try again

struct ReviewRequest {
  std::string uid;
  std::string operation;  // CREATE, UPDATE, DELETE, CONNECT
  std::string group, version, kind;
  std::string sub_resource, name, name_space;
  std::string user;
  bool dry_run = false;
  Json object, old_object;  // null where there is none
};

/// malformed: no AdmissionReview of admission.k8s.io/v1, no uid, no operation, …; too_large over
/// limits::kAdmissionReview. The uid is read first: error_uid() finds it for an answer that
/// refuses.
Result<ReviewRequest> read_review(std::string_view body);
/// The uid of a body that read_review refused; empty: none can be found.
std::string error_uid(std::string_view body);

struct Patch {
  std::string pointer;  // JSON Pointer
  std::string value;
  std::string expected;  // what stands there now: the patch tests for it first (RFC 6902 "test")
};

/// What became of one reference or MCP server; or why the object as a whole is refused.
struct Finding {
  std::string kind;           // of the reference, "mcp_server", or empty
  std::string pointer, text;  // where it stands and what; may be empty
  int status = 0;             // of the refusal: 403, 503; 0: it has passed
  std::string code;           // stable, of a refusal; may be empty
  std::string reason;         // of a refusal, with its code
  std::optional<Digest> digest;
};

struct ReviewResponse {
  std::string uid;
  bool allowed = false;
  int code = kForbidden;                     // status.code of a refusal, one of those above
  std::string message;                       // one line for kubectl's user
  std::vector<std::string> warnings;         // each cut to 256 bytes at a character's border
  std::map<std::string, std::string> audit;  // auditAnnotations, keys without prefix
  std::vector<Patch> patches;
  std::vector<Finding> findings;  // whatever was judged, in the object's order; not sent
};

/// The whole AdmissionReview with its response, as compact JSON; control characters made visible,
/// valid UTF-8 whatever the texts are.
std::string answer_text(const ReviewResponse& response);

}  // namespace mpk::admit
