// Rego: `opa eval` or OPA's REST interface (Data API), and what becomes of the answer.
#include "flow/rego.hpp"

#include "base/process.hpp"
#include "base/text.hpp"
#include "flow/context.hpp"
#include "json/lookup.hpp"
#include "json/parse.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

namespace mpk::flow {
namespace {

constexpr const char* kQuery = "data.mpk.deny";
constexpr unsigned kTimeoutSeconds = 10;  // a gate waits for this, and rules take milliseconds
constexpr std::size_t kAnswer = 1U << 20;
constexpr std::size_t kShown = 64;  // entries of deny, a check each
constexpr std::size_t kText = 300;
constexpr int kRefused = 1, kUndecided = 3, kServerOk = 200;

policy::Check check_of(policy::CheckResult result, std::string message) {
  return {.id = "rego", .label = "rego", .result = result, .message = std::move(message)};
}

policy::Check undecided(std::string code, std::string message, std::string hint) {
  auto check = check_of(policy::CheckResult::fail, std::move(message));
  check.code = std::move(code);
  check.hint = std::move(hint);
  check.exit_code = kUndecided;
  return check;
}

// A path alone may not do: OPA takes what stands before a colon for a place in `data`.
std::string address(const std::string& path) {
  std::string out = "file://";
  for (const auto& part : std::filesystem::absolute(path).lexically_normal()) {
    if (part != "/") out += "/" + percent_encode(part.native());
  }
  return out;
}

std::string first_error(const Json& answer) {
  const auto& errors = json::member(answer, "errors");
  if (!errors.is_array() || errors.empty()) return {};
  const auto& error = errors.front();
  const auto& location = json::member(error, "location");
  const auto& file = json::text(location, "file");
  const auto& row = json::member(location, "row");
  std::string place = file.empty() ? "" : file;
  if (!place.empty() && row.is_number_integer()) place += ":" + row.dump();
  return (place.empty() ? "" : place + ": ") + json::text(error, "message");
}

// Whatever is wrong before evaluation starts is wrong with the rules, and will be so again.
bool is_of_evaluation(const Json& answer) {
  const auto& errors = json::member(answer, "errors");
  return errors.is_array() && !errors.empty() &&
         json::text(errors.front(), "code").starts_with("eval_");
}

/// The value of data.mpk.deny, or nothing where it is undefined.
using Denied = std::optional<Json>;

Result<Denied> ask_program(const RegoRules& rules, const std::string& input) {
  ProcessOptions options;
  // An error in a built-in function would otherwise make a rule undefined, which refuses nothing.
  options.argv = {rules.program,   "eval",
                  "--format",      "json",
                  "--stdin-input", "--strict-builtin-errors",
                  "--data",        address(rules.file),
                  kQuery};
  options.input = input;
  options.output_cap = kAnswer;
  options.timeout_seconds = kTimeoutSeconds;
  auto ran = run_process(options);
  if (!ran && ran.error().kind() == ErrorKind::not_found) {
    return Error(ErrorKind::not_found, printable(rules.program, kText) + " is not there",
                 "install it (openpolicyagent.org), or say where it is with --opa");
  }
  const auto done = TRY(std::move(ran));
  const auto answer = json::parse(done.output);
  if (!answer || !answer->is_object()) {
    return Error(ErrorKind::malformed, "its answer is no JSON object (exit code " +
                                           std::to_string(done.exit_code) +
                                           "): " + printable(trim(done.errors), kText));
  }
  const auto error = first_error(*answer);
  if (!error.empty() && !is_of_evaluation(*answer)) {
    return Error(ErrorKind::usage,
                 "--rego " + printable(rules.file, kText) + ": " + printable(error, kText));
  }
  if (!error.empty() || done.exit_code != 0) {
    return Error(ErrorKind::malformed,
                 "exit code " + std::to_string(done.exit_code) + ": " + printable(error, kText));
  }
  const auto& results = json::member(*answer, "result");
  if (results.is_null()) return Denied();
  if (results.is_array() && results.size() == 1) {
    const auto& expressions = json::member(results.front(), "expressions");
    if (expressions.is_array() && expressions.size() == 1 && expressions.front().is_object() &&
        expressions.front().contains("value"))
      return Denied(expressions.front()["value"]);
  }
  return Error(ErrorKind::malformed, "its answer has not the form of opa eval's");
}

Result<Denied> ask_server(http::Transport& transport, const Url& server, const std::string& input) {
  http::TextSource body("{\"input\":" + input + "}");
  http::Request request;
  request.method = "POST";
  request.url = server;
  while (request.url.path.ends_with('/')) request.url.path.pop_back();
  request.url.path += "/v1/data/mpk/deny";
  request.url = request.url.with_query("strict-builtin-errors", "true");
  request.headers.set("Content-Type", "application/json");
  request.headers.set("Accept", "application/json");
  request.body = &body;
  request.response_cap = kAnswer;
  request.timeout_seconds = kTimeoutSeconds;
  request.redirects = http::Redirects::none;
  const auto response = TRY(transport.send(request));
  const auto answer = json::parse(response.body);
  if (response.status != kServerOk) {
    const auto error = answer ? first_error(*answer) : std::string();
    return Error(ErrorKind::network, "it answered " + std::to_string(response.status) +
                                         (error.empty() ? "" : ": " + printable(error, kText)));
  }
  if (!answer || !answer->is_object())
    return Error(ErrorKind::malformed, "its answer is no JSON object");
  return answer->contains("result") ? Denied((*answer)["result"]) : Denied();
}

struct Denial {
  std::string message, code;
};

// nullopt: an entry that is neither a text nor {msg, code}; it might have said anything.
std::optional<std::vector<Denial>> denials(const Json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<Denial> out;
  for (const auto& each : value) {
    if (each.is_string()) {
      out.push_back({each.get<std::string>(), {}});
      continue;
    }
    if (!json::member(each, "msg").is_string()) return std::nullopt;
    out.push_back({json::text(each, "msg"), json::text(each, "code")});
  }
  return out;
}

void refuse(const std::vector<Denial>& list, policy::Verdict& verdict) {
  for (std::size_t i = 0; i < std::min(list.size(), kShown); ++i) {
    const auto& denial = list[i];
    auto check = check_of(policy::CheckResult::fail, printable(denial.message, kText));
    if (check.message.empty()) check.message = "refused without a message";
    check.code = "rego-denied";
    check.found = printable(denial.code, kText);
    check.exit_code = kRefused;
    verdict.checks.push_back(std::move(check));
  }
  if (list.size() > kShown) {
    verdict.checks.back().message +=
        " (and " + std::to_string(list.size() - kShown) + " refusals more)";
  }
}

}  // namespace

Result<void> apply_rego(const Context& context, const RegoRules& rules, policy::Verdict& verdict) {
  const auto input = json::compact(policy::to_json(verdict));
  const auto who = rules.server ? rules.server->redacted() : rules.program;
  const auto answer = rules.server ? ask_server(context.transport, *rules.server, input)
                                   : ask_program(rules, input);
  TRY(context.cancel.check());
  if (!answer && answer.error().kind() == ErrorKind::usage) return answer.error();
  if (!answer) {
    verdict.checks.push_back(undecided("rego-failed",
                                       printable(who, kText) + ": " + answer.error().text(),
                                       answer.error().hint()));
    return {};
  }
  if (!*answer) {
    verdict.checks.push_back(
        undecided("rego-undefined", std::string(kQuery) + " is undefined",
                  "rules are in `package mpk`, as `deny contains \"why\" if …`"));
    return {};
  }
  const auto list = denials(**answer);
  if (!list) {
    verdict.checks.push_back(undecided(
        "rego-failed", std::string(kQuery) + " is no set or list of texts or of {msg, code}", {}));
    return {};
  }
  refuse(*list, verdict);
  if (!list->empty()) return {};
  // A verdict of which nothing was decided must not become one that has passed.
  const bool decided = std::ranges::any_of(
      verdict.checks, [](const auto& check) { return check.result == policy::CheckResult::pass; });
  verdict.checks.push_back(
      check_of(decided ? policy::CheckResult::pass : policy::CheckResult::skip,
               "no rule of " + printable(rules.server ? who : rules.file, kText) + " refuses"));
  return {};
}

}  // namespace mpk::flow
