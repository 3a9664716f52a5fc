// Rego: what OPA answers, as a program and as a server, and what becomes of the verdict.
#include "flow/rego.hpp"

#include "base/file.hpp"
#include "flow/test_context.hpp"
#include "json/parse.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

using namespace mpk;
using namespace mpk::flow;
using policy::CheckResult;
using policy::Verdict;

namespace {

constexpr Timestamp kNow = Timestamp::from_seconds(1795176000);

Verdict passed() {
  Verdict verdict;
  verdict.reference = "ghcr.io/acme/tiny:1.0";
  verdict.checks.push_back({.id = "signature", .label = "signature", .result = CheckResult::pass});
  return verdict;
}

Verdict refused() {
  auto verdict = passed();
  verdict.checks.push_back({.id = "aibom",
                            .label = "aibom",
                            .result = CheckResult::fail,
                            .code = "no-aibom",
                            .exit_code = 20});
  return verdict;
}

struct Asked {
  Verdict verdict;
  std::string error;  // of apply_rego
  const policy::Check& last() const { return verdict.checks.back(); }
};

Asked ask(testing::FakeTransport::Answer answer, const RegoRules& rules, Verdict verdict) {
  test::TestContext scene(std::make_unique<testing::FakeTransport>(std::move(answer)), kNow);
  Asked out{.verdict = std::move(verdict), .error = {}};
  const auto done = apply_rego(scene.context, rules, out.verdict);
  if (!done) out.error = std::string(to_string(done.error().kind())) + ": " + done.error().text();
  return out;
}

RegoRules server() {
  RegoRules out;
  out.server = Url::parse("http://127.0.0.1:8181/opa/").take();
  return out;
}

Asked ask_server(const std::string& body, int status = 200, Verdict verdict = passed()) {
  return ask(
      [&](const http::Request&, const std::string&) -> Result<http::Response> {
        return http::Response{.status = status, .headers = {}, .body = body, .url = {}};
      },
      server(), std::move(verdict));
}

/// A program that stands in for OPA: it prints `output` and ends with `code`.
struct Program {
  explicit Program(const std::string& output, int code = 0) {
    REQUIRE(write_file_atomic(path() + ".out", output));
    REQUIRE(write_file_atomic(path(), "#!/bin/sh\nprintf '%s\\n' \"$@\" >" + path() +
                                          ".args\ncat >" + path() + ".in\ncat " + path() +
                                          ".out\nexit " + std::to_string(code) + "\n"));
    std::filesystem::permissions(path(), std::filesystem::perms::owner_all);
  }
  std::string path() const { return (directory.path() / "opa").string(); }
  std::string said(const std::string& what) const {
    return read_file(path() + what, 1U << 20).take();
  }
  Asked ask(Verdict verdict = passed(), const std::string& file = "/rules/a b:c.rego") const {
    RegoRules rules;
    rules.file = file;
    rules.program = path();
    return ::ask(
        [](const http::Request&, const std::string&) -> Result<http::Response> {
          return Error(ErrorKind::network, "nobody is asked");
        },
        rules, std::move(verdict));
  }
  TempDir directory = TempDir::create("mpk-rego").take();
};

std::string evaluated(const std::string& value) {
  return R"({"result":[{"expressions":[{"value":)" + value + R"(,"text":"data.mpk.deny"}]}]})";
}

}  // namespace

TEST_CASE("each entry of deny is a failed check, by a program as by a server") {
  const std::string value = R"(["too old", {"msg": "GPL", "code": "license"}])";
  for (const auto& asked :
       {Program(evaluated(value)).ask(), ask_server(R"({"result":)" + value + "}")}) {
    REQUIRE(asked.verdict.checks.size() == 3);
    CHECK(asked.verdict.checks[1].id == "rego");
    CHECK(asked.verdict.checks[1].code == "rego-denied");
    CHECK(asked.verdict.checks[1].message == "too old");
    CHECK(asked.last().message == "GPL");
    CHECK(asked.last().found == "license");
    CHECK(asked.verdict.exit_code() == 1);
  }
}

TEST_CASE("an empty deny refuses nothing, and lifts nothing") {
  for (const auto& asked : {Program(evaluated("[]")).ask(), ask_server(R"({"result":[]})")}) {
    CHECK(asked.last().id == "rego");
    CHECK(asked.last().result == CheckResult::pass);
    CHECK(asked.verdict.exit_code() == 0);
  }
  CHECK(ask_server(R"({"result":[]})", 200, refused()).verdict.exit_code() == 20);
  CHECK(Program(evaluated("[]")).ask(refused()).verdict.exit_code() == 20);
  // Nothing was decided before, and OPA's silence decides nothing.
  CHECK(ask_server(R"({"result":[]})", 200, Verdict{}).verdict.exit_code() == 3);
  CHECK(ask_server(R"({"result":["no"]})", 200, refused()).verdict.exit_code() == 20);
}

TEST_CASE("an answer that is none leaves it undecided") {
  struct Case {
    const char *value, *code;
  };
  for (const auto& each :
       {Case{"true", "rego-failed"}, Case{"{\"a\": 1}", "rego-failed"},
        Case{"\"no\"", "rego-failed"}, Case{"null", "rego-failed"}, Case{"[1]", "rego-failed"},
        Case{"[{\"message\": \"no\"}]", "rego-failed"}, Case{"[\"no\", null]", "rego-failed"},
        Case{"[{\"msg\": 1}]", "rego-failed"}}) {
    CAPTURE(each.value);
    for (const auto& asked : {Program(evaluated(each.value)).ask(),
                              ask_server(R"({"result":)" + std::string(each.value) + "}")}) {
      CHECK(asked.last().code == each.code);
      CHECK(asked.verdict.exit_code() == 3);
    }
  }
  for (const auto& asked : {Program("{}").ask(), ask_server("{}")}) {
    CHECK(asked.last().code == "rego-undefined");
    CHECK(asked.verdict.exit_code() == 3);
  }
  for (const char* body : {"", "[]", "null", "<html>", R"({"result":[]}x)", "\"x\""}) {
    CAPTURE(body);
    CHECK(ask_server(body).verdict.exit_code() == 3);
    CHECK(Program(body).ask().verdict.exit_code() == 3);
  }
  for (const char* output :
       {R"({"result":[]})", R"({"result":{}})", R"({"result":[{}]})",
        R"({"result":[{"expressions":[{}]}]})", R"({"result":[{"expressions":[1]}]})"}) {
    CAPTURE(output);
    CHECK(Program(output).ask().last().code == "rego-failed");
  }
}

TEST_CASE("a server that fails leaves it undecided, also with a result beside") {
  for (const int status : {201, 302, 400, 401, 404, 500, 503}) {
    CAPTURE(status);
    const auto asked = ask_server(R"({"result":[],"errors":[{"message":"boom"}]})", status);
    CHECK(asked.last().code == "rego-failed");
    CHECK(asked.last().message ==
          "http://127.0.0.1:8181/opa/: it answered " + std::to_string(status) + ": boom");
    CHECK(asked.verdict.exit_code() == 3);
  }
  const auto down = ask(
      [](const http::Request&, const std::string&) -> Result<http::Response> {
        return Error(ErrorKind::network, "connection refused");
      },
      server(), passed());
  CHECK(down.verdict.exit_code() == 3);
}

TEST_CASE("the server gets the verdict as input, at the Data API, strict") {
  std::string url, body;
  ask(
      [&](const http::Request& request, const std::string& text) -> Result<http::Response> {
        url = request.method + " " + request.url.text();
        body = text;
        return http::Response{.status = 200, .headers = {}, .body = R"({"result":[]})", .url = {}};
      },
      server(), passed());
  CHECK(url == "POST http://127.0.0.1:8181/opa/v1/data/mpk/deny?strict-builtin-errors=true");
  CHECK(json::parse(body).take() == Json{{"input", policy::to_json(passed())}});
}

TEST_CASE("the program gets the verdict as input, and the rules as a path and nothing else") {
  const Program program(evaluated("[]"));
  program.ask();
  CHECK(json::parse(program.said(".in")).take() == policy::to_json(passed()));
  CHECK(program.said(".args") ==
        "eval\n--format\njson\n--stdin-input\n--strict-builtin-errors\n--data\n"
        "file:///rules/a%20b%3Ac.rego\ndata.mpk.deny\n");
}

TEST_CASE("rules that do not compile are wrong usage, and an error while they run is undecided") {
  const auto failing = [](const std::string& code) {
    return Program(R"({"errors":[{"message":"var y is unsafe","code":")" + code +
                       R"(","location":{"file":"a.rego","row":2}}]})",
                   2)
        .ask();
  };
  for (const char* code : {"rego_parse_error", "rego_unsafe_var_error", "rego_type_error", ""}) {
    CAPTURE(code);
    const auto asked = failing(code);
    CHECK(asked.error == "usage: --rego /rules/a b:c.rego: a.rego:2: var y is unsafe");
    CHECK(asked.verdict.checks.size() == 1);
  }
  for (const char* code : {"eval_builtin_error", "eval_conflict_error", "eval_cancel_error"}) {
    CAPTURE(code);
    const auto asked = failing(code);
    CHECK(asked.error == "");
    CHECK(asked.last().code == "rego-failed");
    CHECK(asked.verdict.exit_code() == 3);
  }
  // An answer of a program that failed is none.
  CHECK(Program(evaluated("[]"), 1).ask().verdict.exit_code() == 3);
}

TEST_CASE("without OPA it is undecided, and says what to do") {
  RegoRules rules;
  rules.file = "/rules.rego";
  rules.program = "/nowhere/opa";
  const auto asked = ask(
      [](const http::Request&, const std::string&) -> Result<http::Response> {
        return Error(ErrorKind::network, "nobody is asked");
      },
      rules, passed());
  CHECK(asked.last().message == "/nowhere/opa: /nowhere/opa is not there");
  CHECK(asked.last().hint.find("--opa") != std::string::npos);
  CHECK(asked.verdict.exit_code() == 3);
}

TEST_CASE("texts of rules are made printable and cut, and of many the first are shown") {
  Json list = Json::array({"\x1b[31mred", ""});
  for (int i = 0; i < 100; ++i) list.push_back("rule " + std::to_string(i));
  const auto asked = ask_server(Json{{"result", list}}.dump());
  CHECK(asked.verdict.checks.size() == 65);
  CHECK(asked.verdict.checks[1].message == "\\x1b[31mred");
  CHECK(asked.verdict.checks[2].message == "refused without a message");
  CHECK(asked.last().message == "rule 61 (and 38 refusals more)");
  const auto longest = ask_server(Json{{"result", {std::string(100'000, 'x')}}}.dump());
  CHECK(longest.last().message.size() < 400);
}
