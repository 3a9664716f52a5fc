// AdmissionReview: what the API server is told.
#include "admit/limits.hpp"
#include "admit/review.hpp"
#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"

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
  Json steps = Json::array();
  for (const auto& patch : patches) {
    steps.push_back({{"op", "test"}, {"path", patch.pointer}, {"value", patch.expected}});
    steps.push_back({{"op", "replace"}, {"path", patch.pointer}, {"value", patch.value}});
  }
  return base64_encode(as_bytes(json::compact(steps)));
}

}  // namespace

Json to_json(const ReviewResponse& response) {
  Json out = {{"uid", printable(response.uid)}, {"allowed", response.allowed}};
  if (!response.allowed) {
    out["status"] = {{"code", response.code},
                     {"reason", reason(response.code)},
                     {"message", printable(response.message, limits::kMessageCharacters)}};
  }
  for (const auto& warning : response.warnings) {
    if (!warning.empty()) out["warnings"].push_back(cut(printable(warning), limits::kWarningBytes));
  }
  for (const auto& [key, value] : response.audit)
    out["auditAnnotations"][printable(key)] = printable(value);
  // The API server takes a patch of an allowed object only.
  if (response.allowed && !response.patches.empty()) {
    out["patchType"] = "JSONPatch";
    out["patch"] = json_patch(response.patches);
  }
  return {{"apiVersion", "admission.k8s.io/v1"},
          {"kind", "AdmissionReview"},
          {"response", std::move(out)}};
}

}  // namespace mpk::admit
