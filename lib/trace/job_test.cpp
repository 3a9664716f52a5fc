// Jobs: what is under what.
#include "trace/job.hpp"

#include "trace/test_sink.hpp"

#include <doctest/doctest.h>

namespace mpk::trace {

using testing::Bench;

TEST_CASE("a job that nobody traces starts nothing") {
  Bench bench;
  for (const auto& job : {Job(), Job::make()}) {
    auto phase = job.phase("a");
    CHECK_FALSE(phase->context().valid());
    CHECK_FALSE(job.start("b", Kind::client).context().valid());
  }
  CHECK(bench.kept.spans().empty());
}

TEST_CASE("phases enclose and follow each other; spans are under the one that is on") {
  Bench bench;
  auto root = bench.tracer.start("root", Kind::internal, {});
  const auto job = Job::make();
  const auto copy = job;
  copy.under(root);
  {
    auto outer = job.phase("outer");
    {
      auto inner = job.phase("inner");
      job.start("request", Kind::client).end();
    }
    job.start("between", Kind::client).end();
  }
  job.start("after", Kind::client).end();
  const auto id = [&](const char* name) { return bench.kept.find(name)->context.span_id; };
  const auto parent = [&](const char* name) { return bench.kept.find(name)->parent; };
  CHECK(parent("request") == id("inner"));
  CHECK(parent("inner") == id("outer"));
  CHECK(parent("between") == id("outer"));
  CHECK(parent("outer") == root.context().span_id);
  CHECK(parent("after") == root.context().span_id);
}

TEST_CASE("work that fails is a phase that fails") {
  Bench bench;
  auto root = bench.tracer.start("root", Kind::internal, {});
  const auto job = Job::make();
  job.under(root);
  CHECK(job.run("good", [] { return Result<int>(7); }) == 7);
  CHECK_FALSE(job.run("bad", [] { return Result<void>(Error(ErrorKind::io, "disk full")); }));
  CHECK(bench.kept.find("good")->status == Status::unset);
  CHECK(bench.kept.find("bad")->message == "disk full");
}

TEST_CASE("a job that is done with one span works under another, or under none") {
  Bench bench;
  const auto job = Job::make();
  auto first = bench.tracer.start("first", Kind::internal, {});
  job.under(first);
  CHECK(job.start("a", Kind::client).context().trace_id == first.context().trace_id);
  job.under(Span());
  CHECK_FALSE(job.start("b", Kind::client).context().valid());
}

TEST_CASE("what is not sampled is passed on through phases") {
  Bench bench({.ratio = 0});
  auto root = bench.tracer.start("root", Kind::internal, {});
  const auto job = Job::make();
  job.under(root);
  auto phase = job.phase("phase");
  const auto request = job.start("request", Kind::client).context();
  CHECK(request.valid());
  CHECK_FALSE(request.sampled());
  CHECK(request.trace_id == root.context().trace_id);
}

}  // namespace mpk::trace
