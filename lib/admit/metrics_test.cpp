// Metrics: the text that Prometheus reads.
#include "admit/metrics.hpp"

#include <doctest/doctest.h>

#include <string>

namespace mpk::admit {

TEST_CASE("a value has its labels, escaped, and whole numbers no fraction") {
  MetricsText out;
  out.describe("x_total", "counter", "What it is.");
  out.value("x_total", {}, 3);
  out.value("x_total", {{"a", "p\\q\"r\ns"}, {"b", ""}}, 0.25);
  CHECK(out.text() ==
        "# HELP x_total What it is.\n# TYPE x_total counter\nx_total 3\n"
        "x_total{a=\"p\\\\q\\\"r\\ns\",b=\"\"} 0.25\n");
}

TEST_CASE("a histogram counts up to each bound, which belongs to it") {
  Histogram times;
  times.observe(0.001);
  times.observe(0.0011);
  times.observe(31);
  MetricsText out;
  times.write(out, "t", {{"path", "/x"}});
  const auto& text = out.text();
  CHECK(text.starts_with(
      "t_bucket{path=\"/x\",le=\"0.001\"} 1\nt_bucket{path=\"/x\",le=\"0.0025\"} 2\n"));
  CHECK(text.find("le=\"30\"} 2\n") != std::string::npos);
  CHECK(text.find("le=\"+Inf\"} 3\n") != std::string::npos);
  CHECK(text.find("t_sum{path=\"/x\"} 31.0021\n") != std::string::npos);
  CHECK(text.ends_with("t_count{path=\"/x\"} 3\n"));
}

TEST_CASE("answers are counted by outcome") {
  Answers answers;
  answers.count("allowed", 0.1);
  answers.count("allowed", 0.1);
  answers.count("refused", 0.1);
  MetricsText out;
  answers.write_counts(out, "n_total", "/validate");
  CHECK(out.text() ==
        "n_total{path=\"/validate\",outcome=\"allowed\"} 2\n"
        "n_total{path=\"/validate\",outcome=\"refused\"} 1\n");
}

}  // namespace mpk::admit
