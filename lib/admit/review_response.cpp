// AdmissionReview: what the API server is told.
#include "admit/limits.hpp"
#include "admit/review.hpp"
#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/write.hpp"

#include <utility>

namespace mpk::admit {
namespace {

// metav1.StatusReason; a code that is none of the four is a fault of mpk.
std::string_view reason(int code) {
  switch (code) {
    case 400:
      return "BadRequest";
    case 403:
      return "Forbidden";
    case 503:
      return "ServiceUnavailable";
    default:
      return "InternalError";
  }
}

std::string cut(std::string text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  // RFC 3629: what goes on a character starts with the bits 10.
  while ((static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) --bytes;
  text.resize(bytes);
  return text;
}

// RFC 6902: the whole patch fails when what stands there is not what was judged.
std::string json_patch(const std::vector<Patch>& patches) {
  json::Writer steps;
  const auto step = [&](std::string_view op, const std::string& path, const std::string& value) {
    steps.open_object();
    steps.text("op", op);
    steps.text("path", path);
    steps.text("value", value);
    steps.close_object();
  };
  steps.open_array();
  for (const auto& patch : patches) {
    step("test", patch.pointer, patch.expected);
    step("replace", patch.pointer, patch.value);
  }
  steps.close_array();
  return base64_encode(as_bytes(std::move(steps).take()));
}

void write_refusal(const ReviewResponse& response, json::Writer& out) {
  out.key("status");
  out.open_object();
  out.number("code", response.code);
  out.text("reason", reason(response.code));
  out.text("message", printable(response.message, limits::kMessageCharacters));
  out.close_object();
}

std::vector<std::string> shown_warnings(const ReviewResponse& response) {
  std::vector<std::string> out;
  for (const auto& warning : response.warnings) {
    if (!warning.empty()) out.push_back(cut(printable(warning), limits::kWarningBytes));
  }
  return out;
}

}  // namespace

std::string answer_text(const ReviewResponse& response) {
  json::Writer out;
  out.open_object();
  out.text("apiVersion", "admission.k8s.io/v1");
  out.text("kind", "AdmissionReview");
  out.key("response");
  out.open_object();
  out.text("uid", printable(response.uid));
  out.flag("allowed", response.allowed);
  if (!response.allowed) write_refusal(response, out);
  if (const auto warnings = shown_warnings(response); !warnings.empty())
    out.texts("warnings", warnings);
  if (!response.audit.empty()) {
    out.key("auditAnnotations");
    out.open_object();
    for (const auto& [key, value] : response.audit) out.text(printable(key), printable(value));
    out.close_object();
  }
  // The API server takes a patch of an allowed object only.
  if (response.allowed && !response.patches.empty()) {
    out.text("patchType", "JSONPatch");
    out.text("patch", json_patch(response.patches));
  }
  out.close_object();
  out.close_object();
  return std::move(out).take();
}

}  // namespace mpk::admit
