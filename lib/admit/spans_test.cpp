// The gate's spans: what they say, and under whom.
#include "admit/spans.hpp"

#include "admit/service.hpp"
#include "base/file.hpp"
#include "json/parse.hpp"
#include "trace/test_sink.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace mpk::admit {
namespace {

using namespace std::chrono_literals;
using trace::testing::text_of;

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kGood = "models.example/good@" + kDigest;
constexpr const char* kCaller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr auto kPolicy =
    "apiVersion: mpk/v1\nname: prod\nmatch: [models.example/*]\n"
    "signers: [{identity: ci, issuer: https://i.example}]\n";

/// Says under which span it was asked; good passes, slow does in a moment, others are undecided.
class SpanJudge final : public Judge {
 public:
  explicit SpanJudge(trace::Job job) : job_(std::move(job)) {}
  void under(const trace::Span& span) override { job_.under(span); }
  Result<Digest> resolve(const oci::Reference&, SteadyTime) override {
    return Digest::parse(kDigest);
  }
  Result<policy::Verdict> verify(const oci::Reference& reference, const Rules&,
                                 SteadyTime) override {
    job_.start("work", trace::Kind::client).end();
    if (reference.repository == "slow") std::this_thread::sleep_for(200ms);
    policy::Verdict out;
    out.reference = reference.text();
    out.digest = reference.digest;
    policy::Check check{.id = "signature", .result = policy::CheckResult::pass};
    if (reference.repository == "down") {
      check.result = policy::CheckResult::fail;
      check.exit_code = policy::kUndecided;
    }
    out.checks.push_back(check);
    return out;
  }

 private:
  trace::Job job_;
};

std::string review_of(const std::string& reference) {
  return R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u-1",)"
         R"("kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE",)"
         R"("namespace":"models","name":"p","userInfo":{"username":"me"},"object":{"apiVersion":)"
         R"("v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"m","image":)"
         R"({"reference":")" +
         reference + R"("}}]}}}})";
}

struct Scene {
  explicit Scene(bool traced = true)
      : service({.audit = audit.get(), .tracer = traced ? &bench.tracer : nullptr}, verdicts,
                clock) {
    auto file = policy::parse_policy(kPolicy, "p.yaml");
    REQUIRE(file);
    service.use(std::make_shared<const Rules>(Rules{
        .request = {.policies = std::make_shared<const policy::PolicyFile>(file.take()),
                    .trusted_root = {{}, {}, {}, {}, {}, Digest::parse(kDigest).take()}},
        .gate = {.table =
                     std::make_shared<const ReferenceTable>(ReferenceTable::make({}).take())}}));
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;
  ~Scene() = default;

  http::ServerResponse send(const std::string& method, const std::string& path,
                            const std::string& body = {}, http::Headers headers = {}) {
    http::ServerRequest out;
    out.method = method;
    out.path = path.substr(0, path.find('?'));
    if (const auto mark = path.find('?'); mark != std::string::npos)
      out.query = path.substr(mark + 1);
    out.headers = std::move(headers);
    out.client = "10.0.0.7";
    out.arrived = std::chrono::steady_clock::now();
    out.read_body = [body](const std::function<bool(BytesView)>& consume) -> Result<void> {
      if (!consume(as_bytes(body))) return Error(ErrorKind::cancelled, "not wanted");
      return {};
    };
    return service.answer(out);
  }
  trace::SpanData span(const std::string& name) {
    CAPTURE(name);
    return bench.kept.find(name).value();
  }
  std::vector<Json> log() {
    audit.reset();
    std::vector<Json> out;
    std::ifstream file(directory.path() / "audit.log");
    for (std::string line; std::getline(file, line);) out.push_back(json::parse(line).take());
    return out;
  }

  trace::testing::Bench bench;
  TempDir directory = TempDir::create("mpk-spans").take();
  std::unique_ptr<AuditLog> audit =
      AuditLog::open((directory.path() / "audit.log").string()).take();
  FixedClock clock{Timestamp::from_seconds(1'790'000'000)};
  Verdicts verdicts{{.workers = 2}, [] { return std::make_unique<SpanJudge>(trace::Job::make()); }};
  Service service;
};

}  // namespace

TEST_CASE("a review is a span under its caller's, with the object and the answer") {
  Scene scene;
  scene.send("POST", "/validate", review_of(kGood), {{"traceparent", kCaller}});
  const auto request = scene.span("POST /validate");
  CHECK(request.kind == trace::Kind::server);
  CHECK(request.parent == trace::parse_traceparent(kCaller)->span_id);
  CHECK(request.parent_remote);
  CHECK(request.context.trace_id == trace::parse_traceparent(kCaller)->trace_id);
  for (const auto& [key, value] :
       {std::pair<const char*, const char*>{"http.request.method", "POST"},
        {"http.route", "/validate"},
        {"url.path", "/validate"},
        {"http.response.status_code", "200"},
        {"k8s.namespace.name", "models"},
        {"mpk.admission.kind", "Pod"},
        {"mpk.admission.name", "p"},
        {"mpk.admission.operation", "CREATE"},
        {"mpk.admission.allowed", "true"},
        {"mpk.admission.code", "(none)"},
        {"mpk.admission.outcome", "allowed"}}) {
    CAPTURE(key);
    CHECK(text_of(request, key) == value);
  }
  CHECK(request.status == trace::Status::unset);
}

TEST_CASE("a reference, the verdict that is made for it and the requests for that are one line") {
  Scene scene;
  scene.send("POST", "/validate", review_of(kGood));
  const auto asked = scene.span("ask for a verdict");
  const auto made = scene.span("make a verdict");
  CHECK(asked.parent == scene.span("POST /validate").context.span_id);
  CHECK(made.parent == asked.context.span_id);
  CHECK(scene.span("work").parent == made.context.span_id);
  CHECK(text_of(asked, "mpk.reference") == kGood);
  CHECK(text_of(asked, "mpk.verdict.from") == "registry");
  CHECK(text_of(asked, "oci.manifest.digest") == kDigest);
  CHECK(text_of(asked, "mpk.verdict.result") == "passed");
  REQUIRE(made.events.size() == 1);
  CHECK(made.events[0].name == "started");
}

TEST_CASE("what is remembered is nobody's work") {
  Scene scene;
  scene.send("GET", "/verify?reference=" + kGood);
  const auto before = scene.bench.kept.spans().size();
  scene.send("GET", "/verify?reference=" + kGood);
  const auto spans = scene.bench.kept.spans();
  REQUIRE(spans.size() == before + 2);
  CHECK(text_of(spans[before], "mpk.verdict.from") == "memory");
  CHECK(spans[before + 1].name == "GET /verify");
}

TEST_CASE("who joins is linked to the work that somebody else has begun") {
  Scene scene;
  const auto path = "/verify?reference=models.example/slow@" + kDigest;
  std::thread first([&] { scene.send("GET", path); });
  while (scene.verdicts.under_way() == 0) std::this_thread::sleep_for(1ms);
  scene.send("GET", path);
  first.join();
  const auto made = scene.span("make a verdict");
  bool joined = false;
  for (const auto& span : scene.bench.kept.spans()) {
    if (text_of(span, "mpk.verdict.from") != "under_way") continue;
    joined = true;
    REQUIRE(span.links.size() == 1);
    CHECK(span.links[0].span_id == made.context.span_id);
    CHECK(span.links[0].trace_id == made.context.trace_id);
  }
  CHECK(joined);
}

TEST_CASE("a refusal is an answer, what could not be decided is an error") {
  Scene scene;
  scene.send("POST", "/validate", review_of("models.example/down@" + kDigest));
  CHECK(scene.span("ask for a verdict").status == trace::Status::error);
  CHECK(text_of(scene.span("ask for a verdict"), "error.type") == "undecided");
  const auto review = scene.span("POST /validate");
  CHECK(review.status == trace::Status::unset);  // the API server got its answer
  CHECK(text_of(review, "mpk.admission.code") == "503");
  scene.send("GET", "/verify?reference=models.example/down@" + kDigest);
  CHECK(scene.span("GET /verify").status == trace::Status::error);
}

TEST_CASE("requests of Gatekeeper have a span for each key that is asked for") {
  Scene scene;
  scene.send("POST", "/gatekeeper",
             R"({"apiVersion":"externaldata.gatekeeper.sh/v1beta1","kind":"ProviderRequest",)"
             R"("request":{"keys":[")" +
                 kGood + R"(","no reference"]}})");
  std::size_t asked = 0;
  for (const auto& span : scene.bench.kept.spans())
    if (span.name == "ask for a verdict") ++asked;
  CHECK(asked == 1);
  CHECK(text_of(scene.span("POST /gatekeeper"), "mpk.admission.outcome") == "refused");
}

TEST_CASE("hostile requests are spans, too, and no probe is one") {
  Scene scene;
  scene.send("POST", "/validate", "\xff{", {{"traceparent", "00-xyz"}, {"tracestate", "\x01"}});
  const auto span = scene.span("POST /validate");
  CHECK(span.parent == trace::SpanId{});
  CHECK(text_of(span, "mpk.admission.outcome") == "invalid");
  const auto before = scene.bench.kept.spans().size();
  for (const auto* path : {"/metrics", "/readyz", "/nowhere"}) scene.send("GET", path);
  scene.send("DELETE", "/validate");
  CHECK(scene.bench.kept.spans().size() == before);
}

TEST_CASE("the audit log has the trace's id, and only when there is a trace") {
  Scene traced;
  traced.send("POST", "/validate", review_of(kGood), {{"traceparent", kCaller}});
  const auto lines = traced.log();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736");
  Scene silent(false);
  silent.send("POST", "/validate", review_of(kGood), {{"traceparent", kCaller}});
  CHECK_FALSE(silent.log().at(0).contains("traceId"));
  CHECK(silent.bench.kept.spans().empty());
  CHECK_FALSE(request_span(nullptr, {}, "/validate").context().valid());
}

}  // namespace mpk::admit
