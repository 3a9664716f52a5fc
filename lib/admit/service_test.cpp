// Service: paths, deadlines, and that no error opens the gate.
#include "admit/service.hpp"

#include "admit/limits.hpp"
#include "base/encoding.hpp"
#include "base/file.hpp"
#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <ostream>
#include <thread>

namespace mpk::admit {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kModel = "models.example/good";
const std::string kPinned = kModel + "@" + kDigest;
const std::string kBad = "models.example/bad@" + kDigest;

/// models.example/good passes, bad is refused, down is undecided, slow takes its time.
class TableJudge final : public Judge {
 public:
  Result<Digest> resolve(const oci::Reference& reference, SteadyTime) override {
    if (reference.repository == "gone") return Error(ErrorKind::not_found, "no such tag");
    return Digest::parse(kDigest);
  }
  Result<policy::Verdict> verify(const oci::Reference& reference, const Rules&,
                                 SteadyTime) override {
    if (reference.repository == "slow") std::this_thread::sleep_for(1500ms);
    policy::Verdict out;
    out.reference = reference.text();
    out.digest = reference.digest;
    policy::Check check{
        .id = "signature", .label = "signature", .result = policy::CheckResult::pass};
    if (reference.repository == "gone") {
      check = {.id = "reference", .label = "reference", .result = policy::CheckResult::fail};
      check.code = "not-found";
      check.exit_code = 11;
    } else if (reference.repository == "bad") {
      check.result = policy::CheckResult::fail;
      check.code = "no-signature";
      check.message = "nobody of those allowed";
      check.exit_code = 10;
    } else if (reference.repository == "down") {
      check.result = policy::CheckResult::fail;
      check.code = "network";
      check.message = "connection refused";
      check.exit_code = 3;
    }
    out.checks.push_back(check);
    return out;
  }
};

std::shared_ptr<const Rules> rules_of(const std::string& policy) {
  auto file = policy::parse_policy(policy, "p.yaml");
  REQUIRE_MESSAGE(file, file.error().text());
  return std::make_shared<const Rules>(Rules{
      .request = {.policies = std::make_shared<const policy::PolicyFile>(file.take()),
                  .trusted_root = {{}, {}, {}, {}, {}, Digest::parse(kDigest).take()}},
      .gate = {.table = std::make_shared<const ReferenceTable>(ReferenceTable::make({}).take())}});
}

constexpr auto kPolicy =
    "apiVersion: mpk/v1\nname: prod\nmatch: [models.example/*]\n"
    "signers: [{identity: ci, issuer: https://i.example}]\n";

Json pod(const std::string& volume) {
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", {{"name", "p"}}},
          {"spec", {{"volumes", {{{"name", "m"}, {"image", {{"reference", volume}}}}}}}}};
}

Json review_of(const Json& object) {
  return {{"apiVersion", "admission.k8s.io/v1"},
          {"kind", "AdmissionReview"},
          {"request",
           {{"uid", "u-1"},
            {"kind", {{"group", ""}, {"version", "v1"}, {"kind", "Pod"}}},
            {"operation", "CREATE"},
            {"namespace", "models"},
            {"name", "p"},
            {"userInfo", {{"username", "me"}}},
            {"object", object}}}};
}

Json keys_of(const std::vector<std::string>& keys) {
  return {{"apiVersion", "externaldata.gatekeeper.sh/v1beta1"},
          {"kind", "ProviderRequest"},
          {"request", {{"keys", keys}}}};
}

struct Scene {
  explicit Scene(ServiceOptions options = {}, bool with_rules = true)
      : service(
            [&] {
              options.audit = audit.get();
              return std::move(options);
            }(),
            verdicts, clock) {
    if (with_rules) service.use(rules_of(kPolicy));
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  ~Scene() = default;

  static http::ServerRequest request(const std::string& method, const std::string& path,
                                     const std::string& body = {}) {
    http::ServerRequest out;
    out.method = method;
    out.path = path.substr(0, path.find('?'));
    if (const auto mark = path.find('?'); mark != std::string::npos)
      out.query = path.substr(mark + 1);
    out.client = "10.0.0.7";
    out.arrived = Clock::now();
    out.read_body = [body](const std::function<bool(BytesView)>& consume) -> Result<void> {
      if (!consume(as_bytes(body))) return Error(ErrorKind::cancelled, "not wanted");
      return {};
    };
    return out;
  }
  http::ServerResponse post(const std::string& path, const Json& body) {
    return service.answer(request("POST", path, body.dump()));
  }
  Json review(const std::string& path, const Json& object) {
    const auto answer = post(path, review_of(object));
    CHECK(answer.status == 200);
    const auto document = json::parse(answer.body).value();
    CHECK(document["response"]["uid"] == "u-1");
    return document["response"];
  }
  http::ServerResponse get(const std::string& path) { return service.answer(request("GET", path)); }
  std::vector<Json> log() {
    audit.reset();
    std::vector<Json> out;
    std::ifstream file(directory.path() / "audit.log");
    for (std::string line; std::getline(file, line);) out.push_back(json::parse(line).value());
    return out;
  }

  TempDir directory = TempDir::create("mpk-service").take();
  std::unique_ptr<AuditLog> audit =
      AuditLog::open((directory.path() / "audit.log").string()).take();
  FixedClock clock{Timestamp::from_seconds(1'790'000'000)};
  Verdicts verdicts{{.workers = 2}, [] { return std::make_unique<TableJudge>(); }};
  Service service;
};

}  // namespace

TEST_CASE("a review is answered with status 200 and its uid, and only what passes is allowed") {
  Scene scene;
  CHECK(scene.review("/validate", pod(kPinned))["allowed"] == true);
  const auto bad = scene.review("/validate", pod(kBad));
  CHECK(bad["allowed"] == false);
  CHECK(bad["status"]["code"] == 403);
  CHECK(bad["status"]["message"].get<std::string>().find("[no-signature]") != std::string::npos);
  const auto down = scene.review("/validate", pod("models.example/down@" + kDigest));
  CHECK(down["allowed"] == false);
  CHECK(down["status"]["code"] == 503);
  CHECK(scene.review("/validate", pod(kModel + ":1"))["allowed"] == false);
}

TEST_CASE(
    "/mutate puts the verified digest in the place of a tag, and refuses what does not pass") {
  Scene scene;
  const auto good = scene.review("/mutate", pod(kModel + ":1"));
  CHECK(good["allowed"] == true);
  CHECK(good["patchType"] == "JSONPatch");
  const auto patch = base64_decode(good["patch"].get<std::string>());
  REQUIRE(patch);
  CHECK(as_text(*patch).find(kModel + "@" + kDigest) != std::string::npos);
  const auto bad = scene.review("/mutate", pod("models.example/bad:1"));
  CHECK(bad["allowed"] == false);
  CHECK_FALSE(bad.contains("patch"));
  CHECK(scene.review("/mutate", pod("models.example/gone:1"))["status"]["code"] == 403);
}

TEST_CASE("an answer comes before the caller's deadline, and the next one finds the verdict") {
  Scene scene;
  const auto slow = pod("models.example/slow@" + kDigest);
  const auto begun = Clock::now();
  const auto late = scene.review("/validate?timeout=100ms", slow);
  CHECK(Clock::now() - begun < 1200ms);
  CHECK(late["allowed"] == false);
  CHECK(late["status"]["code"] == 503);
  CHECK(scene.review("/validate?timeout=5s", slow)["allowed"] == true);
  CHECK(scene.verdicts.counts().started == 1);
}

TEST_CASE("references of one object are verified at the same time") {
  Scene scene;
  auto object = pod("models.example/slow@" + kDigest);
  auto other = object["spec"]["volumes"][0];
  other["image"]["reference"] = "models.example/slow@sha256:" + std::string(64, 'b');
  object["spec"]["volumes"].push_back(other);
  const auto begun = Clock::now();
  CHECK(scene.review("/validate?timeout=10s", object)["allowed"] == true);
  CHECK(Clock::now() - begun < 2800ms);
}

TEST_CASE("what is no review is refused under the uid that it has") {
  Scene scene;
  const auto answer =
      scene.post("/validate", {{"kind", "AdmissionReview"}, {"request", {{"uid", "u-9"}}}});
  CHECK(answer.status == 200);
  const auto response = json::parse(answer.body).value()["response"];
  CHECK(response["uid"] == "u-9");
  CHECK(response["allowed"] == false);
  CHECK(response["status"]["code"] == 400);
  for (const std::string text : {"", "null", "[", "\"x\"", "{\"request\":7}"}) {
    CAPTURE(text);
    const auto refused = scene.service.answer(Scene::request("POST", "/validate", text));
    CHECK(json::parse(refused.body).value()["response"]["allowed"] == false);
  }
  CHECK(scene.post("/validate?timeout=soon", review_of(pod(kPinned))).status == 400);
}

TEST_CASE("a body that is too large, breaks off, or has no room is refused") {
  Scene scene;
  auto large = Scene::request("POST", "/validate", std::string(limits::kAdmissionReview + 1, ' '));
  CHECK(json::parse(scene.service.answer(large).body).value()["response"]["status"]["code"] == 400);
  auto broken = Scene::request("POST", "/validate");
  broken.read_body = [](const std::function<bool(BytesView)>& consume) -> Result<void> {
    consume(as_bytes("{\"request\":"));
    return Error(ErrorKind::network, "the client broke off");
  };
  CHECK(json::parse(scene.service.answer(broken).body).value()["response"]["status"]["code"] ==
        503);
  Scene narrow({.body_bytes = 100});
  const auto full = json::parse(narrow.post("/validate", review_of(pod(kPinned))).body).value();
  CHECK(full["response"]["allowed"] == false);
  CHECK(full["response"]["status"]["code"] == 503);
  CHECK(narrow.get("/metrics").body.find("mpk_body_bytes 0\n") != std::string::npos);
}

TEST_CASE("Gatekeeper is told about every key, and an error for each that does not pass") {
  Scene scene;
  const auto answer =
      scene.post("/gatekeeper", keys_of({kPinned, kBad, kModel + ":1", "other.example/x@" + kDigest,
                                         "??", "models.example/down@" + kDigest}));
  CHECK(answer.status == 200);
  const auto items = json::parse(answer.body).value()["response"]["items"];
  REQUIRE(items.size() == 6);
  CHECK(items[0] ==
        Json{{"key", kPinned}, {"value", {{"verdict", "passed"}, {"digest", kDigest}}}});
  const std::vector<std::string> errors = {"",        "no-signature", "tag-not-pinned",
                                           "no-rule", "no reference", "connection refused"};
  for (std::size_t i = 1; i < items.size(); ++i) {
    CAPTURE(items[i].dump());
    CHECK_FALSE(items[i].contains("value"));
    CHECK(items[i]["error"].get<std::string>().find(errors[i]) != std::string::npos);
  }
  const auto mutated = scene.post("/gatekeeper/mutate", keys_of({kModel + ":1"}));
  CHECK(json::parse(mutated.body).value()["response"]["items"][0]["value"] ==
        kModel + ":1@" + kDigest);
  const auto broken = scene.post("/gatekeeper", {{"kind", "x"}});
  CHECK(broken.status == 400);
  CHECK(json::parse(broken.body).value()["response"]["systemError"] != "");
}

TEST_CASE("/verify answers with the verdict, and with a status that a plain client understands") {
  Scene scene;
  const auto good = scene.get("/verify?reference=" + kPinned);
  CHECK(good.status == 200);
  CHECK(json::parse(good.body).value()["kind"] == "Verdict");
  CHECK(scene.post("/verify", {{"reference", kModel + ":1"}}).status == 200);
  CHECK(scene.get("/verify?reference=" + kBad).status == 403);
  CHECK(scene.get("/verify?reference=models.example/down@" + kDigest).status == 503);
  CHECK(scene.get("/verify?reference=models.example/gone:1").status == 403);
  CHECK(scene.get("/verify?reference=models.example/slow@" + kDigest + "&timeout=50ms").status ==
        503);
  for (const std::string wrong :
       {"/verify", "/verify?reference=", "/verify?reference=models.example/x",
        "/verify?reference=oci:/etc:1"}) {
    CAPTURE(wrong);
    CHECK(scene.get(wrong).status == 400);
  }
  CHECK(scene.post("/verify", {{"reference", kPinned}, {"policy", "mine"}}).status == 400);
}

TEST_CASE(
    "probes: ready with rules, and not while it leaves; unknown paths and methods are named") {
  Scene scene({}, false);
  CHECK(scene.get("/healthz").status == 200);
  CHECK(scene.get("/livez").body == "ok\n");
  CHECK(scene.get("/readyz").status == 503);
  CHECK(scene.post("/validate", review_of(pod(kPinned))).status == 503);
  scene.service.use(rules_of(kPolicy));
  CHECK(scene.get("/readyz").status == 200);
  scene.service.leave();
  CHECK(scene.get("/readyz").status == 503);
  CHECK(scene.review("/validate", pod(kPinned))["allowed"] == true);
  CHECK(scene.get("/nowhere").status == 404);
  CHECK(scene.get("/validate").status == 405);
  CHECK(scene.service.answer_probe(Scene::request("POST", "/validate")).status == 404);
}

TEST_CASE("other rules count at once, and what was remembered does not") {
  Scene scene;
  CHECK(scene.review("/validate", pod(kPinned))["allowed"] == true);
  auto changed = *rules_of(
      "apiVersion: mpk/v1\nmatch: [other.example/*]\n"
      "signers: [{identity: ci, issuer: https://i.example}]\n");
  changed.generation = 1;
  scene.service.use(std::make_shared<const Rules>(changed));
  const auto response = scene.review("/validate", pod(kPinned));
  CHECK(response["allowed"] == false);
  CHECK(response["status"]["message"].get<std::string>().find("[no-rule]") != std::string::npos);
}

TEST_CASE("each decision is counted, and a line of the audit log") {
  Scene scene;
  static_cast<void>(scene.review("/validate", pod(kPinned)));
  static_cast<void>(scene.review("/validate", pod(kBad)));
  static_cast<void>(scene.get("/verify?reference=" + kPinned));
  const auto metrics = scene.get("/metrics");
  CHECK(metrics.content_type.starts_with("text/plain; version=0.0.4"));
  for (const auto* line :
       {"mpk_admit_requests_total{path=\"/validate\",outcome=\"allowed\"} 1\n",
        "mpk_admit_requests_total{path=\"/validate\",outcome=\"refused\"} 1\n",
        "mpk_admit_requests_total{path=\"/verify\",outcome=\"allowed\"} 1\n",
        "mpk_verdict_questions_total{from=\"registry\"} 2\n", "mpk_policy_info{name=\"prod\""}) {
    CAPTURE(line);
    CHECK(metrics.body.find(line) != std::string::npos);
  }
  const auto lines = scene.log();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0]["outcome"] == "allowed");
  CHECK(lines[0]["user"] == "me");
  CHECK(lines[0]["client"] == "10.0.0.7");
  CHECK(lines[0]["time"] == "2026-09-21T14:13:20Z");
  CHECK(lines[1]["outcome"] == "refused");
  CHECK(lines[1]["references"][0].get<std::string>().find("refused " + kDigest) !=
        std::string::npos);
  CHECK(lines[1]["message"].get<std::string>().find("no-signature") != std::string::npos);
  CHECK(lines[2]["path"] == "/verify");
}

}  // namespace mpk::admit
