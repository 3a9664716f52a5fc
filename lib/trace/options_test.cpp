// Options: OpenTelemetry's variables, right and wrong.
#include "trace/options.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace mpk::trace {
namespace {

constexpr const char* kEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

ReadOptions read_only(const char* name, const char* value) {
  MapEnv env;
  env.set(name, value);
  return read_options(env);
}

ReadOptions with(std::map<std::string, std::string> values) {
  values.emplace(kEndpoint, "http://collector:4318");
  return read_options(MapEnv(std::move(values)));
}

}  // namespace

TEST_CASE("without an endpoint there are no traces, whatever else is set") {
  const auto read = read_options(MapEnv({{"OTEL_TRACES_EXPORTER", "otlp"},
                                         {"OTEL_TRACES_SAMPLER", "wrong"},
                                         {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m"}}));
  CHECK_FALSE(read.options);
  CHECK(read.warnings.empty());
}

TEST_CASE("endpoints: the general one is a base, that of traces is used as it is") {
  struct Row {
    const char* name;
    const char* value;
    const char* url;  // empty: refused
  };
  const char* own = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
  for (const auto& row : {Row{kEndpoint, "http://c:4318", "http://c:4318/v1/traces"},
                          Row{kEndpoint, "http://c:4318/", "http://c:4318/v1/traces"},
                          Row{kEndpoint, "https://c/otlp", "https://c/otlp/v1/traces"},
                          Row{kEndpoint, "https://c/otlp/", "https://c/otlp/v1/traces"},
                          Row{own, "http://c:4318", "http://c:4318/"},
                          Row{own, "http://c:4318/x", "http://c:4318/x"}, Row{own, "grpc://c", ""},
                          Row{kEndpoint, "c:4318", ""}, Row{kEndpoint, "unix:/run/otel", ""}}) {
    CAPTURE(row.value);
    const auto read = read_only(row.name, row.value);
    CHECK((read.options ? read.options->endpoint.text() : "") == row.url);
    CHECK(read.warnings.size() == (*row.url == '\0' ? 1 : 0));
  }
  const auto both =
      read_options(MapEnv({{kEndpoint, "http://a"}, {own, "http://b/traces"}})).options;
  CHECK(both->endpoint.text() == "http://b/traces");
}

TEST_CASE("a password in the endpoint is neither sent nor shown") {
  for (const auto* value : {"http://me:hunter2@c:4318", "hunter2://me:hunter2@c"}) {
    const auto read = read_only(kEndpoint, value);
    REQUIRE(read.warnings.size() == 1);
    CHECK(read.warnings[0].find("hunter2") == std::string::npos);
    if (read.options) CHECK(read.options->endpoint.text() == "http://c:4318/v1/traces");
  }
}

TEST_CASE("what turns traces off") {
  struct Row {
    const char* name;
    const char* value;
    bool on;
    std::size_t warnings;
  };
  for (const auto& row :
       {Row{"OTEL_SDK_DISABLED", "true", false, 0}, Row{"OTEL_SDK_DISABLED", "TRUE", false, 0},
        Row{"OTEL_SDK_DISABLED", "false", true, 0}, Row{"OTEL_SDK_DISABLED", "1", true, 1},
        Row{"OTEL_TRACES_EXPORTER", "none", false, 0}, Row{"OTEL_TRACES_EXPORTER", "otlp", true, 0},
        Row{"OTEL_TRACES_EXPORTER", "zipkin", true, 1}}) {
    CAPTURE(row.value);
    const auto read = with({{row.name, row.value}});
    CHECK(read.options.has_value() == row.on);
    CHECK(read.warnings.size() == row.warnings);
  }
}

TEST_CASE("another protocol than JSON is warned of, and JSON is sent") {
  for (const auto* name : {"OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"}) {
    CHECK(with({{name, "http/json"}}).warnings.empty());
    for (const auto* value : {"http/protobuf", "grpc", "\x1b"}) {
      const auto read = with({{name, value}});
      CHECK(read.options);
      REQUIRE(read.warnings.size() == 1);
      CHECK(read.warnings[0].find("http/json") != std::string::npos);
      CHECK(read.warnings[0].find('\x1b') == std::string::npos);
    }
  }
}

TEST_CASE("headers are decoded; those of traces replace the others; no value is shown") {
  const auto read =
      with({{"OTEL_EXPORTER_OTLP_HEADERS", "a=1"},
            {"OTEL_EXPORTER_OTLP_TRACES_HEADERS", " Authorization = Bearer%20x%2Cy , b=2,,c="}});
  REQUIRE(read.options);
  CHECK(read.warnings.empty());
  const auto& headers = read.options->headers;
  CHECK(headers.get("authorization") == "Bearer x,y");
  CHECK(headers.get("b") == "2");
  CHECK(headers.get("c") == "");
  CHECK_FALSE(headers.get("a"));
  for (const auto* wrong : {"hunter2", "a b=hunter2", "a=hunter2%zz", "=hunter2", "a\x01=hunter2",
                            "k=hunter2%0d%0ax", "k=hunter2%00"}) {
    CAPTURE(wrong);
    const auto refused = with({{"OTEL_EXPORTER_OTLP_HEADERS", wrong}});
    REQUIRE(refused.options);
    CHECK(refused.options->headers.list().empty());
    REQUIRE(refused.warnings.size() == 1);
    CHECK(refused.warnings[0].find("hunter2") == std::string::npos);
  }
  std::string many;
  for (int i = 0; i < 129; ++i) many += "k" + std::to_string(i) + "=v,";
  CHECK(with({{"OTEL_EXPORTER_OTLP_HEADERS", many}}).warnings.size() == 1);
  CHECK(with({{"OTEL_EXPORTER_OTLP_HEADERS", "a=" + std::string(64U << 10, 'x')}})
            .options->headers.list()
            .empty());
}

TEST_CASE("numbers: from one, to an end") {
  using std::chrono::milliseconds;
  const auto read = with({{"OTEL_EXPORTER_OTLP_TIMEOUT", "500"},
                          {"OTEL_BSP_SCHEDULE_DELAY", "100"},
                          {"OTEL_BSP_MAX_QUEUE_SIZE", "10"},
                          {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "20"}});
  CHECK(read.options->timeout == milliseconds(500));
  CHECK(read.options->delay == milliseconds(100));
  CHECK(read.options->queue == 10);
  CHECK(read.options->batch == 10);  // no larger than the queue
  for (const auto* wrong : {"0", "-1", "x", "1.5", "99999999999999999999", "3600001"}) {
    CAPTURE(wrong);
    const auto refused = with({{"OTEL_EXPORTER_OTLP_TIMEOUT", wrong}});
    CHECK(refused.options->timeout == milliseconds(10'000));
    CHECK(refused.warnings.size() == 1);
  }
  CHECK(with({{"OTEL_BSP_MAX_QUEUE_SIZE", "65537"}}).options->queue == 2048);
}

TEST_CASE("samplers") {
  struct Row {
    const char* name;
    const char* argument;
    double ratio;
    bool parent_based;
    std::size_t warnings;
  };
  for (const auto& row :
       {Row{"", "", 1, true, 0}, Row{"always_on", "", 1, false, 0},
        Row{"always_off", "0.5", 0, false, 0}, Row{"traceidratio", "0.5", 0.5, false, 0},
        Row{"traceidratio", "", 1, false, 0}, Row{"parentbased_always_on", "", 1, true, 0},
        Row{"parentbased_always_off", "", 0, true, 0},
        Row{"parentbased_traceidratio", "0", 0, true, 0},
        Row{"parentbased_traceidratio", "1.5", 1, true, 1},
        Row{"parentbased_traceidratio", "nan", 1, true, 1},
        Row{"traceidratio", "0.5x", 1, false, 1}, Row{"jaeger_remote", "", 1, true, 1},
        Row{"ALWAYS_ON", "", 1, true, 1}}) {
    CAPTURE(row.name);
    CAPTURE(row.argument);
    const auto read =
        with({{"OTEL_TRACES_SAMPLER", row.name}, {"OTEL_TRACES_SAMPLER_ARG", row.argument}});
    CHECK(read.options->sampler.ratio == row.ratio);
    CHECK(read.options->sampler.parent_based == row.parent_based);
    CHECK(read.warnings.size() == row.warnings);
  }
}

TEST_CASE("the resource: OTEL_SERVICE_NAME is above its attribute; one error discards all") {
  const auto read =
      with({{"OTEL_RESOURCE_ATTRIBUTES", "service.name=gate,k8s.pod.name=a%20b,k8s.pod.name=c"}});
  CHECK(read.options->service == "gate");
  REQUIRE(read.options->resource.size() == 1);
  CHECK(std::get<std::string>(read.options->resource[0].second) == "c");
  const auto named =
      with({{"OTEL_RESOURCE_ATTRIBUTES", "service.name=gate"}, {"OTEL_SERVICE_NAME", "other"}});
  CHECK(named.options->service == "other");
  const auto wrong = with({{"OTEL_RESOURCE_ATTRIBUTES", "a=1,b=%zz"}});
  CHECK(wrong.options->resource.empty());
  CHECK(wrong.options->service == "mpk");
  CHECK(wrong.warnings.size() == 1);
}

TEST_CASE("a client's certificate and its key come together") {
  const auto both = with({{"OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"},
                          {"OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE", "/me.pem"},
                          {"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/me.key"}});
  CHECK(both.options->authorities == "/ca.pem");
  CHECK(both.options->certificate == "/me.pem");
  CHECK(both.options->key == "/me.key");
  const auto one = with({{"OTEL_EXPORTER_OTLP_CLIENT_KEY", "/me.key"}});
  CHECK(one.options->key.empty());
  CHECK(one.warnings.size() == 1);
}

}  // namespace mpk::trace
