// A registry that throttles: asked again as it says, and never taken for one without signatures.
#include "flow/attach.hpp"
#include "flow/test_workbench.hpp"
#include "flow/verify.hpp"
#include "http/resilient.hpp"
#include "sigstore/attach.hpp"

#include <mutex>

using namespace mpk;
using namespace mpk::flow;
using test::check_of;
using test::must;

namespace {

// The first `left` requests of a kind are answered 429.
struct Throttle {
  std::string method, path;  // a part of it
  std::string retry_after;
  unsigned left = 0;
  unsigned refused = 0;
  std::chrono::milliseconds slept{0};
  std::mutex mutex;
};

class Throttled final : public http::Sender {
 public:
  Throttled(http::Transport& behind, Throttle& throttle) : behind_(behind), throttle_(throttle) {}
  http::Attempt send_once(const http::Request& request) override {
    {
      const std::scoped_lock lock(throttle_.mutex);
      if (request.method == throttle_.method && throttle_.left > 0 &&
          request.url.path.find(throttle_.path) != std::string::npos) {
        --throttle_.left;
        ++throttle_.refused;
        http::Response response;
        response.status = 429;
        response.url = request.url;
        response.headers.set("Retry-After", throttle_.retry_after);
        return {response};
      }
    }
    return {behind_.send(request)};
  }

 private:
  http::Transport& behind_;
  Throttle& throttle_;
};

// The bench behind a throttle, with the patience of the program but for the sleep.
struct Busy {
  explicit Busy(test::Workbench& bench)
      : context(http::make_resilient(std::make_unique<Throttled>(*bench.transport, throttle), {},
                                     {[this](std::chrono::milliseconds time) {
                                        const std::scoped_lock lock(throttle.mutex);
                                        throttle.slept += time;
                                      },
                                      [] { return 0.5; }}),
                bench.clock.now()) {
    context.context.plain_http = true;
  }
  void set(std::string method, std::string path, std::string retry_after, unsigned count) {
    throttle.method = std::move(method);
    throttle.path = std::move(path);
    throttle.retry_after = std::move(retry_after);
    throttle.left = count;
    throttle.refused = 0;
    throttle.slept = {};
  }
  Throttle throttle;
  test::TestContext context;
};

constexpr unsigned kAlways = 1000;

}  // namespace

TEST_CASE("verify waits as a throttling registry says, and then finds the signature") {
  test::Workbench bench;
  must(bench.ship_to("1.0"));
  Busy busy(bench);
  for (const auto* path : {"/referrers/", "/manifests/"}) {
    CAPTURE(path);
    busy.set("GET", path, "3", 2);
    const auto verdict =
        must(verify_artifact(busy.context.context, bench.reference("1.0"), bench.by()));
    CHECK(verdict.exit_code() == 0);
    CHECK(busy.throttle.refused == 2);
    CHECK(busy.throttle.slept >= std::chrono::seconds(6));
  }
}

TEST_CASE("a registry that goes on throttling leaves the question open and says what to do") {
  test::Workbench bench;
  must(bench.ship_to("1.0"));
  Busy busy(bench);
  struct Row {
    const char* retry_after;
    unsigned tries;
    const char* says;
  };
  // Beyond five minutes nobody waits.
  for (const auto& row : {Row{"2", 5, "it says in 2 s"}, Row{"3600", 1, "it says in 3600 s"}}) {
    CAPTURE(row.retry_after);
    busy.set("GET", "/referrers/", row.retry_after, kAlways);
    const auto verdict =
        must(verify_artifact(busy.context.context, bench.reference("1.0"), bench.by()));
    CHECK(busy.throttle.refused == row.tries);
    CHECK(verdict.exit_code() == 3);
    CHECK(verdict.outcome() == policy::Verdict::Outcome::undecided);
    const auto& check = check_of(verdict, "evidence");
    CHECK(check.code == "network");
    CHECK(check.message.find("answered 429") != std::string::npos);
    CHECK(check.hint.find("throttling") != std::string::npos);
    CHECK(check.hint.find(row.says) != std::string::npos);
    CHECK(check.hint.find("mpk login") != std::string::npos);
    for (const auto& each : verdict.checks) CHECK(each.code != "no-signature");
  }
}

TEST_CASE("attaching waits, too, and attaches once or not at all") {
  test::Workbench bench;
  const auto reference = bench.reference("unsigned");
  const auto artifact =
      must(pack_to(bench.context, {.directory = "testdata/models/tiny-gguf"}, reference))
          .artifact.manifest;
  Busy busy(bench);
  const auto store = must(open_store(busy.context.context, reference));
  const auto referrers = [&] {
    std::size_t count = 0;
    must(sigstore::each_bundle(*must(open_store(bench.context, reference)), artifact.digest,
                               [&](const sigstore::FoundBundle&) { return ++count > 0; }));
    return count;
  };
  auto signer = must(prepare_signer(bench.context, bench.signing()));
  const auto bundle = must(signer->sign(statement_about(
      reference, artifact.digest, std::string(attest::kCosignSign), Json::object())));
  const auto attach = [&] {
    return sigstore::attach_bundle(*store, artifact, bundle.text, std::string(attest::kCosignSign),
                                   bench.clock.now());
  };
  busy.set("PUT", "/manifests/", "2", kAlways);
  const auto refused = attach();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind() == ErrorKind::network);
  CHECK(refused.error().hint().find("throttling") != std::string::npos);
  CHECK(referrers() == 0);
  busy.set("PUT", "/manifests/", "2", 2);
  CHECK(attach());
  CHECK(busy.throttle.refused == 2);
  CHECK(referrers() == 1);
}
