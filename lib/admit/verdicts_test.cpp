// Verdicts: what is remembered, joined, given up, and never remembered.
#include "admit/verdicts.hpp"

#include <doctest/doctest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace mpk::admit {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kOther = "sha256:" + std::string(64, 'b');

Digest digest(const std::string& text) { return Digest::parse(text).take(); }
oci::Reference reference(const std::string& text) { return oci::Reference::parse(text).take(); }

policy::Verdict verdict(int exit_code) {
  policy::Verdict out;
  out.digest = digest(kDigest);
  out.checks.push_back(
      {.id = "signature",
       .label = "signature",
       .result = exit_code == 0 ? policy::CheckResult::pass : policy::CheckResult::fail,
       .exit_code = exit_code});
  return out;
}

/// What all judges of a test answer, and what they were asked.
struct Bench {
  std::mutex mutex;
  std::condition_variable changed;
  bool held = false;
  int running = 0;
  int exit_code = 0;
  bool throws = false;
  std::string named = kDigest;  // by every tag
  std::vector<std::string> verified, resolved;

  void hold(bool value) {
    {
      const std::scoped_lock lock(mutex);
      held = value;
    }
    changed.notify_all();
  }
  void wait_running(int count) {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, 5s, [&] { return running == count; }));
  }
  std::size_t asked() {
    const std::scoped_lock lock(mutex);
    return verified.size();
  }
};

class BenchJudge final : public Judge {
 public:
  explicit BenchJudge(Bench& bench) : bench_(bench) {}
  Result<Digest> resolve(const oci::Reference& asked, SteadyTime) override {
    const std::scoped_lock lock(bench_.mutex);
    bench_.resolved.push_back(asked.text());
    if (bench_.named.empty()) return Error(ErrorKind::network, "the registry is down");
    return digest(bench_.named);
  }
  Result<policy::Verdict> verify(const oci::Reference& asked, const Rules&, SteadyTime) override {
    std::unique_lock lock(bench_.mutex);
    bench_.verified.push_back(asked.text());
    if (bench_.throws) throw std::runtime_error("broken");
    ++bench_.running;
    bench_.changed.notify_all();
    bench_.changed.wait(lock, [&] { return !bench_.held; });
    --bench_.running;
    auto out = verdict(bench_.exit_code);
    out.reference = asked.text();
    return out;
  }

 private:
  Bench& bench_;
};

struct Scene {
  explicit Scene(VerdictsOptions options = {.workers = 2})
      : verdicts(options, [this] { return std::make_unique<BenchJudge>(bench); }) {}
  ~Scene() { bench.hold(false); }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  Result<Verdicts::Shared> get(const std::string& text, SteadyTime end = Clock::now() + 5s) {
    return Verdicts::wait(verdicts.ask(reference(text), rules), end);
  }

  Bench bench;
  std::shared_ptr<const Rules> rules = std::make_shared<const Rules>(Rules{
      .request = {.trusted_root = {{}, {}, {}, {}, {}, digest(kDigest)}},
      .gate = {.table = std::make_shared<const ReferenceTable>(ReferenceTable::make({}).take())}});
  Verdicts verdicts;
};

const std::string kModel = "models.example/a@" + kDigest;

}  // namespace

TEST_CASE(
    "requests judge alike under the same policy, trust and authorities, and never with Rego") {
  const auto request = [](char policy, char root) {
    flow::VerifyRequest out{
        .trusted_root = {{}, {}, {}, {}, {}, digest("sha256:" + std::string(64, root))}};
    out.policies = std::make_shared<const policy::PolicyFile>(
        policy::PolicyFile{.digest = digest("sha256:" + std::string(64, policy))});
    return out;
  };
  CHECK(judge_alike(request('a', 'b'), request('a', 'b')));
  CHECK_FALSE(judge_alike(request('a', 'b'), request('c', 'b')));
  CHECK_FALSE(judge_alike(request('a', 'b'), request('a', 'c')));
  auto rego = request('a', 'b');
  rego.rego = flow::RegoRules{.file = "rules.rego"};
  CHECK_FALSE(judge_alike(rego, rego));
  auto nobody = request('a', 'b');
  nobody.policies.reset();
  CHECK_FALSE(judge_alike(nobody, nobody));
}

TEST_CASE("a digest is judged once, whatever tag stands beside it") {
  Scene scene;
  CHECK(scene.get(kModel));
  const auto again = scene.get("models.example/a:1.0@" + kDigest);
  REQUIRE(again);
  CHECK((*again)->reference == kModel);
  CHECK(scene.bench.verified == std::vector{kModel});
  CHECK(scene.verdicts.counts().remembered == 1);
  CHECK(scene.verdicts.counts().passed == 1);
}

TEST_CASE("another repository, another digest and other rules are other questions") {
  Scene scene;
  CHECK(scene.get(kModel));
  CHECK(scene.get("models.example/b@" + kDigest));
  CHECK(scene.get("models.example/a@" + kOther));
  CHECK(scene.bench.asked() == 3);
  auto changed = *scene.rules;
  changed.generation = 1;
  scene.rules = std::make_shared<const Rules>(changed);
  CHECK(scene.get(kModel));
  CHECK(scene.bench.asked() == 4);
}

TEST_CASE("who asks while it is under way waits for the same verdict") {
  Scene scene;
  scene.bench.hold(true);
  std::vector<Verdicts::Asked> asked;
  for (int i = 0; i < 10; ++i) asked.push_back(scene.verdicts.ask(reference(kModel), scene.rules));
  scene.bench.wait_running(1);
  scene.bench.hold(false);
  for (const auto& each : asked) CHECK(Verdicts::wait(each, Clock::now() + 5s));
  CHECK(scene.bench.asked() == 1);
  CHECK(scene.verdicts.counts().joined == 9);
}

TEST_CASE("who can't wait longer is told so, and the work goes on") {
  Scene scene;
  scene.bench.hold(true);
  const auto late = scene.get(kModel, Clock::now() + 20ms);
  REQUIRE_FALSE(late);
  CHECK(late.error().kind() == ErrorKind::timeout);
  scene.bench.hold(false);
  CHECK(scene.get(kModel));
  CHECK(scene.bench.asked() == 1);
}

TEST_CASE("what could not be decided, or broke, is asked anew") {
  Scene scene;
  scene.bench.exit_code = 3;
  CHECK(scene.get(kModel));
  CHECK(scene.get(kModel));
  CHECK(scene.bench.asked() == 2);
  scene.bench.throws = true;
  const auto broken = scene.get(kModel);
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind() == ErrorKind::internal);
  CHECK(scene.bench.asked() == 3);
  CHECK(scene.verdicts.counts().undecided == 2);
  CHECK(scene.verdicts.counts().failed == 1);
  CHECK(scene.verdicts.size() == 0);
}

TEST_CASE("what passed and what was refused is remembered for times of its own") {
  Scene scene({.workers = 1, .passed_for = 0ms, .refused_for = 1h});
  CHECK(scene.get(kModel));
  CHECK(scene.get(kModel));
  CHECK(scene.bench.asked() == 2);
  scene.bench.exit_code = 10;
  CHECK(scene.get(kModel));
  CHECK(scene.get(kModel));
  CHECK(scene.bench.asked() == 3);

  Scene brief({.workers = 1, .passed_for = 30ms});
  CHECK(brief.get(kModel));
  std::this_thread::sleep_for(40ms);
  CHECK(brief.get(kModel));
  CHECK(brief.bench.asked() == 2);
}

TEST_CASE("a tag is looked up each time, and its digest is judged once") {
  Scene scene;
  REQUIRE(scene.get("models.example/a:1.0"));
  REQUIRE(scene.get("models.example/a:1.0"));
  CHECK(scene.bench.resolved.size() == 2);
  CHECK(scene.bench.verified == std::vector{kModel});
  scene.bench.named = kOther;
  REQUIRE(scene.get("models.example/a:1.0"));
  CHECK(scene.bench.verified.back() == "models.example/a@" + kOther);
  scene.bench.named.clear();
  scene.bench.exit_code = 11;
  for (int i = 0; i < 2; ++i) {
    const auto gone = scene.get("models.example/a:1.0");
    REQUIRE(gone);
    CHECK((*gone)->exit_code() == 11);
    CHECK(scene.bench.verified.back() == "models.example/a:1.0");
  }
  CHECK(scene.bench.asked() == 4);
}

TEST_CASE("only so many are remembered, and that which was asked for longest ago goes") {
  Scene scene({.workers = 1, .remembered = 2});
  const std::string b = "models.example/b@" + kDigest;
  const std::string c = "models.example/c@" + kDigest;
  CHECK(scene.get(kModel));
  CHECK(scene.get(b));
  CHECK(scene.get(kModel));
  CHECK(scene.get(c));
  CHECK(scene.verdicts.size() == 2);
  CHECK(scene.get(kModel));
  CHECK(scene.bench.asked() == 3);
  CHECK(scene.get(b));
  CHECK(scene.bench.asked() == 4);
}

TEST_CASE("with too many waiting the next is turned away at once") {
  Scene scene({.workers = 1, .waiting = 1});
  scene.bench.hold(true);
  const auto first = scene.verdicts.ask(reference(kModel), scene.rules);
  scene.bench.wait_running(1);
  const auto second = scene.verdicts.ask(reference("models.example/b@" + kDigest), scene.rules);
  const auto third = scene.get("models.example/c@" + kDigest, Clock::now() + 1h);
  REQUIRE_FALSE(third);
  CHECK(third.error().text().find("too many") != std::string::npos);
  CHECK(scene.verdicts.counts().turned_away == 1);
  CHECK(scene.verdicts.under_way() == 2);
  scene.bench.hold(false);
  CHECK(Verdicts::wait(first, Clock::now() + 5s));
  CHECK(Verdicts::wait(second, Clock::now() + 5s));
}

TEST_CASE("when it is stopped, what only waits is given up and what runs is ended") {
  Bench bench;
  const std::shared_ptr<const Rules> rules = Scene().rules;
  auto verdicts = std::make_unique<Verdicts>(VerdictsOptions{.workers = 1},
                                             [&] { return std::make_unique<BenchJudge>(bench); });
  bench.hold(true);
  const auto running = verdicts->ask(reference(kModel), rules);
  bench.wait_running(1);
  const auto waiting = verdicts->ask(reference("models.example/b@" + kDigest), rules);
  // The worker is let go when it is being stopped already, or it would take the next one.
  std::thread later([&] {
    std::this_thread::sleep_for(300ms);
    bench.hold(false);
  });
  verdicts.reset();
  later.join();
  CHECK(Verdicts::wait(running, Clock::now()));
  const auto given_up = Verdicts::wait(waiting, Clock::now());
  REQUIRE_FALSE(given_up);
  CHECK(given_up.error().kind() == ErrorKind::cancelled);
}

}  // namespace mpk::admit
