// Tests of review: AdmissionReview as the API server of Kubernetes 1.36 sends it, and the answers.
#include "admit/review.hpp"

#include "admit/limits.hpp"
#include "base/bytes.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <string>
#include <vector>

using namespace mpk;
using namespace mpk::admit;

namespace {

constexpr const char* kCreate = R"({
  "kind": "AdmissionReview",
  "apiVersion": "admission.k8s.io/v1",
  "request": {
    "uid": "9f0c3e0a-7c6e-4b0d-9d0b-2f6f7a1c8f11",
    "kind": {"group": "", "version": "v1", "kind": "Pod"},
    "resource": {"group": "", "version": "v1", "resource": "pods"},
    "requestKind": {"group": "", "version": "v1", "kind": "Pod"},
    "requestResource": {"group": "", "version": "v1", "resource": "pods"},
    "name": "llm",
    "namespace": "models",
    "operation": "CREATE",
    "userInfo": {
      "username": "kubernetes-admin",
      "groups": ["kubeadm:cluster-admins", "system:authenticated"],
      "extra": {"authentication.kubernetes.io/credential-id": ["X509SHA256=0a"]}
    },
    "object": {
      "kind": "Pod",
      "apiVersion": "v1",
      "metadata": {"name": "llm", "namespace": "models", "managedFields": [
        {"manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "v1",
         "time": "2026-08-21T10:00:00Z", "fieldsType": "FieldsV1",
         "fieldsV1": {"f:spec": {"f:containers": {"k:{\"name\":\"server\"}": {".": {}, "f:image": {}}}}}}]},
      "spec": {"containers": [{"name": "server", "image": "ghcr.io/acme/server:1"}]},
      "status": {"phase": "Pending", "qosClass": "BestEffort"}
    },
    "oldObject": null,
    "dryRun": false,
    "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1",
                "fieldManager": "kubectl-client-side-apply", "fieldValidation": "Strict"}
  }
})";

Json create() { return json::parse(kCreate).value(); }

Json with(const char* pointer, const Json& value) {
  auto review = create();
  review[Json::json_pointer(pointer)] = value;
  return review;
}

Json response_of(const ReviewResponse& response) {
  const auto out = json::parse(answer_text(response)).value();
  CHECK(out["apiVersion"] == "admission.k8s.io/v1");
  CHECK(out["kind"] == "AdmissionReview");
  CHECK(out.size() == 3);
  return out["response"];
}

void replace_each(const Json& whole, const Json& at, const Json::json_pointer& here) {
  for (const auto& other :
       {Json(), Json(true), Json(-1), Json(1.5), Json("x"), Json::array(), Json::object()}) {
    auto changed = whole;
    changed[here] = other;
    const auto body = changed.dump();
    const auto read = read_review(body);
    // What was read and what an answer to an error is sent to agree.
    if (read) CHECK(read->uid == error_uid(body));
  }
  if (at.is_object())
    for (const auto& [name, below] : at.items()) replace_each(whole, below, here / name);
  if (at.is_array())
    for (std::size_t i = 0; i < at.size(); ++i) replace_each(whole, at[i], here / i);
}

}  // namespace

TEST_CASE("what the API server asks about a new Pod is read") {
  const auto request = read_review(kCreate);
  REQUIRE(request);
  CHECK(request->uid == "9f0c3e0a-7c6e-4b0d-9d0b-2f6f7a1c8f11");
  CHECK(request->operation == "CREATE");
  CHECK(request->group.empty());
  CHECK(request->version == "v1");
  CHECK(request->kind == "Pod");
  CHECK(request->sub_resource.empty());
  CHECK(request->name == "llm");
  CHECK(request->name_space == "models");
  CHECK(request->user == "kubernetes-admin");
  CHECK_FALSE(request->dry_run);
  CHECK(request->object["spec"]["containers"][0]["image"] == "ghcr.io/acme/server:1");
  CHECK(request->old_object.is_null());
}

TEST_CASE("a debug container, a deletion and a dry run are read, too") {
  auto debug = with("/request/subResource", "ephemeralcontainers");
  debug["request"]["operation"] = "UPDATE";
  debug["request"]["dryRun"] = true;
  debug["request"]["oldObject"] = debug["request"]["object"];
  const auto update = read_review(debug.dump());
  REQUIRE(update);
  CHECK(update->sub_resource == "ephemeralcontainers");
  CHECK(update->dry_run);
  CHECK(update->old_object["kind"] == "Pod");

  const auto deletion = read_review(R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1",
    "request":{"uid":"a","kind":{"group":"apps","version":"v1","kind":"Deployment"},
    "resource":{"group":"apps","version":"v1","resource":"deployments"},"operation":"DELETE",
    "userInfo":{},"object":null,"oldObject":{"kind":"Deployment"},"dryRun":null,"new":{"a":[1]}}})");
  REQUIRE(deletion);
  CHECK(deletion->group == "apps");
  CHECK(deletion->name.empty());
  CHECK(deletion->user.empty());
  CHECK(deletion->object.is_null());
  CHECK(deletion->old_object["kind"] == "Deployment");
}

TEST_CASE("a review without what the gate needs is refused, and its uid is still found") {
  struct Row {
    const char* pointer;
    Json value;
  };
  const Row rows[] = {
      {"/kind", "Review"},
      {"/kind", Json()},
      {"/apiVersion", "admission.k8s.io/v1beta1"},
      {"/request/operation", "PATCH"},
      {"/request/operation", "create"},
      {"/request/operation", Json()},
      {"/request/kind", Json()},
      {"/request/kind", "Pod"},
      {"/request/kind/kind", ""},
      {"/request/kind/version", Json()},
      {"/request/kind/group", 1},
      {"/request/name", 1},
      {"/request/namespace", Json::array()},
      {"/request/subResource", true},
      {"/request/userInfo", "admin"},
      {"/request/userInfo/username", 1},
      {"/request/dryRun", "true"},
      {"/request/object", Json()},
      {"/request/object", Json::array()},
      {"/request/oldObject", "x"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pointer);
    const auto body = with(row.pointer, row.value).dump();
    const auto refused = read_review(body);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CHECK(error_uid(body) == "9f0c3e0a-7c6e-4b0d-9d0b-2f6f7a1c8f11");
  }
}

TEST_CASE("a uid is a short printable string") {
  CHECK(read_review(with("/request/uid", std::string(admit::limits::kUidBytes, 'a')).dump()));
  for (const auto& uid : {Json(), Json(1), Json(""), Json("a\nb"),
                          Json("a\xe2\x80\xae"
                               "b"),
                          Json(std::string(admit::limits::kUidBytes + 1, 'a'))}) {
    const auto body = with("/request/uid", uid).dump();
    const auto refused = read_review(body);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::malformed);
    CHECK(error_uid(body).empty());
  }
}

TEST_CASE("the uid of a body that is no JSON is the one of the request, where it got that far") {
  const std::string start =
      R"({"kind":"AdmissionReview","uid":"no","other":{"uid":"no"},"request":{"kind":{"uid":"no"},"uid":"yes")";
  CHECK(error_uid(start) == "yes");
  CHECK(error_uid(start + R"(,"a":1,"a":2}})") == "yes");
  CHECK(error_uid(start + "\xff") == "yes");
  CHECK(error_uid(start + ",\"a\":" + std::string(1000, '[')) == "yes");
  for (const std::string body :
       {"", "x", "null", R"("uid")", R"({"uid":"no"})", R"({"request":{"a":1,"uid":7}})",
        R"({"request":["uid","no"]})", R"({"request":[{"uid":"no"}]})", R"([{"uid":"no"}])",
        R"({"request":"uid","x":{"uid":"no"}})", R"({"request":{"x":{"uid":"no"}}})"}) {
    CAPTURE(body);
    CHECK(error_uid(body).empty());
  }
}

TEST_CASE("a review has at most so many bytes and values") {
  auto body = create().dump();
  body.resize(admit::limits::kAdmissionReview, ' ');
  CHECK(read_review(body));
  const auto over = read_review(body + ' ');
  REQUIRE_FALSE(over);
  CHECK(over.error().kind() == ErrorKind::too_large);
  CHECK(error_uid(body + ' ') == "9f0c3e0a-7c6e-4b0d-9d0b-2f6f7a1c8f11");
  auto values = create();
  values["request"]["object"]["x"] = std::vector<int>(admit::limits::kAdmissionValues);
  const auto many = read_review(values.dump());
  REQUIRE_FALSE(many);
  CHECK(many.error().kind() == ErrorKind::too_large);
}

TEST_CASE("no type of any value of a review is too much") {
  replace_each(create(), create(), Json::json_pointer());
}

TEST_CASE("an allowed request is answered with its uid and no more") {
  CHECK(response_of({.uid = "a", .allowed = true, .message = "unsaid"}) ==
        json::parse(R"({"uid":"a","allowed":true})").value());
}

TEST_CASE("a refusal has the code and the reason of a metav1.Status") {
  struct Row {
    int code;
    const char* reason;
  };
  for (const auto& [code, reason] : {Row{400, "BadRequest"}, Row{403, "Forbidden"},
                                     Row{500, "InternalError"}, Row{503, "ServiceUnavailable"}}) {
    CHECK(
        response_of({.uid = "a", .code = code, .message = "ghcr.io/acme/llm: no signature"}) ==
        Json{
            {"uid", "a"},
            {"allowed", false},
            {"status",
             {{"code", code}, {"reason", reason}, {"message", "ghcr.io/acme/llm: no signature"}}}});
  }
}

TEST_CASE("warnings are cut to 256 bytes where a character ends") {
  const auto warnings =
      response_of({.uid = "a",
                   .allowed = true,
                   .warnings = {"short", "", std::string(256, 'a'), std::string(257, 'a'),
                                std::string(255, 'a') + "\u00e9", std::string(254, 'a') + "\u00e9",
                                std::string(253, 'a') + "\U0001f600"}})["warnings"];
  CHECK(warnings == Json{"short", std::string(256, 'a'), std::string(256, 'a'),
                         std::string(255, 'a'), std::string(254, 'a') + "\u00e9",
                         std::string(253, 'a')});
}

TEST_CASE("audit annotations are in the answer") {
  CHECK(response_of(
            {.uid = "a", .allowed = true, .audit = {{"digest", "sha256:aa"}, {"policy", "p"}}}) ==
        json::parse(
            R"({"uid":"a","allowed":true,"auditAnnotations":{"digest":"sha256:aa","policy":"p"}})")
            .value());
}

TEST_CASE("a patch tests what stands there before it replaces it") {
  const ReviewResponse response{.uid = "a",
                                .allowed = true,
                                .patches = {{.pointer = "/spec/containers/0/image",
                                             .value = "ghcr.io/acme/server@sha256:aa",
                                             .expected = "ghcr.io/acme/server:1"}}};
  const auto out = response_of(response);
  CHECK(out["patchType"] == "JSONPatch");
  const auto patch = base64_decode(out["patch"].get<std::string>());
  REQUIRE(patch);
  const auto steps = json::parse(as_text(*patch)).value();
  CHECK(steps == json::parse(R"([
    {"op":"test","path":"/spec/containers/0/image","value":"ghcr.io/acme/server:1"},
    {"op":"replace","path":"/spec/containers/0/image","value":"ghcr.io/acme/server@sha256:aa"}])")
                     .value());
  auto object = create()["request"]["object"];
  CHECK(object.patch(steps)["spec"]["containers"][0]["image"] == "ghcr.io/acme/server@sha256:aa");
  object["spec"]["containers"][0]["image"] = "ghcr.io/acme/other:1";
  CHECK_THROWS(object.patch(steps));

  auto refused = response;
  refused.allowed = false;
  CHECK_FALSE(response_of(refused).contains("patch"));
  CHECK_FALSE(response_of(refused).contains("patchType"));
}

TEST_CASE("whatever the texts are, the answer is one line of valid UTF-8 each") {
  const std::string hostile =
      "a\x1b[31m\n\xff\xe2\x80\xae"
      "b";
  const auto out = response_of({.uid = hostile,
                                .message = hostile + std::string(10'000, 'm'),
                                .warnings = {hostile},
                                .audit = {{hostile, hostile}}});
  const std::string visible = R"(a\x1b[31m\n\xff\u202eb)";
  CHECK(out["uid"] == visible);
  CHECK(out["warnings"][0] == visible);
  CHECK(out["auditAnnotations"][visible] == visible);
  const auto message = out["status"]["message"].get<std::string>();
  CHECK(message.starts_with(visible + "mmm"));
  CHECK(message.size() < admit::limits::kMessageCharacters + 4);
  CHECK(is_valid_utf8(out.dump()));
}
