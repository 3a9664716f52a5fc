// The plugin protocol, version v1.
#include "keys/plugin_call.hpp"

#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace mpk::keys {
namespace {

constexpr unsigned kTimeoutSeconds = 60;   // a KMS across the world, or a finger on a token
constexpr std::size_t kLongestKey = 2048;  // an ARN takes 200
constexpr int kSignalled = 128;

bool is_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

/// What the program said for people, when there is nothing better.
std::string chatter(const ProcessOutcome& outcome) {
  const auto text = trim(outcome.errors);
  if (text.empty()) return "exit code " + std::to_string(outcome.exit_code);
  return printable(text, 300);
}

Result<Json> answer_of(const ProcessOutcome& outcome, const std::string& method) {
  auto parsed = json::parse(outcome.output);
  // The exit code says nothing: the protocol has errors in the answer.
  if (outcome.exit_code > kSignalled && !parsed) {
    return Error{ErrorKind::network, "ended by a signal: " + chatter(outcome)};
  }
  if (!parsed) {
    return Error{ErrorKind::malformed, "answer is not JSON: " + parsed.error().text(),
                 "the program said: " + chatter(outcome)};
  }
  const json::Field root(*parsed);
  const auto failure = TRY(root.optional_string("errorMessage"));
  if (failure && !failure->empty()) return Error{ErrorKind::network, printable(*failure, 500)};
  const json::Field member = TRY(root.at(method));
  if (!member.is_object()) return member.error("expected an object");
  return Result<Json>(member.value());
}

}  // namespace

Result<PluginAddress> PluginAddress::parse(const std::string& source) {
  const auto colon = source.find("://");
  const std::string name = source.substr(0, colon);
  const std::string key = colon == std::string::npos ? "" : source.substr(colon + 3);
  if (!is_name(name) || key.empty() || key.size() > kLongestKey ||
      key.find('\0') != std::string::npos || !is_valid_utf8(key)) {
    return Error{ErrorKind::usage,
                 printable(source, 200) + ": not the URI of a key, expected NAME://KEY"};
  }
  return PluginAddress{source, "sigstore-kms-" + name, key};
}

int go_hash(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::sha384:
      return 6;
    case DigestAlgorithm::sha512:
      return 7;
    case DigestAlgorithm::sha256:
      break;
  }
  return 5;
}

Json rpc_options() { return {{"keyVersion", ""}, {"remoteVerification", false}}; }

Result<Json> call_plugin(const PluginAddress& address, const std::string& method,
                         const Json& arguments, DigestAlgorithm hash, std::string input) {
  Json request = {{"initOptions",
                   {{"protocolVersion", "v1"},
                    {"keyResourceID", address.key},
                    {"hashFunc", go_hash(hash)},
                    {"rpcOptions", rpc_options()}}},
                  {"methodName", method}};
  request[method] = arguments;
  ProcessOptions options;
  options.argv = {address.program, "v1", json::compact(request)};
  options.input = std::move(input);
  options.output_cap = limits::kHelperOutput;
  options.timeout_seconds = kTimeoutSeconds;
  auto outcome = run_process(options);
  if (!outcome && outcome.error().kind() == ErrorKind::not_found) {
    return Error{ErrorKind::not_found,
                 printable(address.source, 200) + ": no program " + address.program + " on PATH",
                 "install that key plugin; mpk reaches every KMS through cosign's plugins"};
  }
  const std::string context = printable(address.source, 200) + ": " + address.program;
  const ProcessOutcome done = TRY(std::move(outcome).with(printable(address.source, 200)));
  return answer_of(done, method).with(context);
}

}  // namespace mpk::keys
