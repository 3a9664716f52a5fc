// AdmissionReview: what the API server asks.
#include "admit/review.hpp"

#include "admit/limits.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/push_parser.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>

namespace mpk::admit {
namespace {

constexpr std::array<std::string_view, 4> kOperations = {"CREATE", "UPDATE", "DELETE", "CONNECT"};

// It is copied into the answer and into logs.
bool is_uid(std::string_view text) {
  return !text.empty() && text.size() <= limits::kUidBytes && printable(text) == text;
}

Result<std::string> known_word(const json::Field& parent, std::string_view key,
                               std::string_view expected) {
  auto found = TRY(parent.string(key));
  if (found == expected) return found;
  return parent.error(std::string(key) + " is \"" + printable(found, 80) + "\", expected \"" +
                      std::string(expected) + "\"");
}

Result<std::string> named(const json::Field& parent, std::string_view key) {
  auto text = TRY(parent.string(key));
  if (text.empty()) return parent.error("\"" + std::string(key) + "\" is empty");
  return text;
}

Result<std::string> optional_text(const json::Field& parent, std::string_view key) {
  return TRY(parent.optional_string(key)).value_or("");
}

// An object, or nothing.
Result<void> check_object(const json::Field& request, std::string_view key) {
  const auto field = TRY(request.find(key));
  if (field && !field->is_object()) return field->error("expected an object");
  return {};
}

// null where there is none. Large ones are not copied.
Json take_member(Json& from, std::string_view key) {
  const auto at = from.find(key);
  return at == from.end() ? Json() : std::move(*at);
}

/// Stops at request.uid: the API server writes it before what may be wrong.
class UidEvents : public json::PushEvents {
 public:
  std::string take() { return std::move(uid_); }

  Result<void> begin(bool array) override {
    ++depth_;
    if (depth_ == 2) in_request_ = !array && key_ == "request";
    key_.clear();
    return {};
  }
  Result<void> end(bool) override {
    if (depth_ == 2) in_request_ = false;
    --depth_;
    key_.clear();
    return {};
  }
  Result<void> key(std::string& text) override {
    key_ = depth_ <= 2 ? text : "";
    return {};
  }
  Result<void> string(std::string& text) override {
    if (depth_ != 2 || !in_request_ || key_ != "uid") return {};
    if (is_uid(text)) uid_ = text;
    return Error(ErrorKind::cancelled, "found");
  }
  Result<void> number(std::optional<std::uint64_t>) override { return {}; }
  Result<void> word(std::optional<bool>) override { return {}; }

 private:
  std::size_t depth_ = 0;
  bool in_request_ = false;
  std::string key_, uid_;
};

}  // namespace

Result<ReviewRequest> read_review(std::string_view body) {
  auto document = TRY(json::parse(body, {.max_bytes = limits::kAdmissionReview,
                                         .max_values = limits::kAdmissionValues})
                          .with("AdmissionReview"));
  const json::Field root(document);
  TRY(known_word(root, "kind", "AdmissionReview"));
  TRY(known_word(root, "apiVersion", "admission.k8s.io/v1"));
  const auto request = TRY(root.at("request"));
  ReviewRequest out;
  out.uid = TRY(request.string("uid"));
  if (!is_uid(out.uid)) return request.error("uid is empty, too long or not printable");
  out.operation = TRY(request.string("operation"));
  if (std::ranges::find(kOperations, out.operation) == kOperations.end()) {
    return request.error("operation is \"" + printable(out.operation, 40) +
                         "\", expected CREATE, UPDATE, DELETE or CONNECT");
  }
  const auto kind = TRY(request.at("kind"));
  out.group = TRY(optional_text(kind, "group"));
  out.version = TRY(named(kind, "version"));
  out.kind = TRY(named(kind, "kind"));
  out.sub_resource = TRY(optional_text(request, "subResource"));
  out.name = TRY(optional_text(request, "name"));
  out.name_space = TRY(optional_text(request, "namespace"));
  if (const auto user = TRY(request.find("userInfo")))
    out.user = TRY(optional_text(*user, "username"));
  out.dry_run = TRY(request.optional_boolean("dryRun")).value_or(false);
  TRY(check_object(request, "object"));
  TRY(check_object(request, "oldObject"));
  out.object = take_member(document["request"], "object");
  out.old_object = take_member(document["request"], "oldObject");
  // Nothing to look at must not mean nothing to object to.
  if (out.object.is_null() && (out.operation == "CREATE" || out.operation == "UPDATE"))
    return request.error("missing \"object\", which " + out.operation + " has");
  return out;
}

std::string error_uid(std::string_view body) {
  UidEvents events;
  json::PushParser parser(events);
  // Whatever stops it, the error of read_review is the one to tell.
  (void)parser.feed(body.substr(0, limits::kAdmissionReview));
  return events.take();
}

}  // namespace mpk::admit
