// Credential helpers.
#include "oci/credential_helper.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::oci {
namespace {

// The name comes from a configuration file and becomes part of a program's name.
Result<std::string> program(const std::string& name) {
  bool fits = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
  });
  if (!fits) {
    return Error(ErrorKind::malformed,
                 "'" + printable(name, 60) + "' is no name of a credential helper");
  }
  return "docker-credential-" + name;
}

Result<ProcessOutcome> call(const std::string& name, const char* action, const std::string& input) {
  ProcessOptions options;
  auto helper = TRY(program(name));
  options.argv = {helper, action};
  options.input = input;
  options.output_cap = limits::kHelperOutput;
  auto outcome = run_process(options);
  if (!outcome && outcome.error().kind() == ErrorKind::not_found) {
    return Error(ErrorKind::io, options.argv[0] + " is configured but not installed",
                 "install it, or take it out of docker's config.json");
  }
  return outcome;
}

Result<void> expect_success(const ProcessOutcome& outcome, const std::string& name,
                            const char* action) {
  if (outcome.exit_code == 0) return {};
  return Error(ErrorKind::io, "docker-credential-" + name + " " + action + " failed: " +
                                  printable(trim(outcome.output + outcome.errors), 200));
}

}  // namespace

Result<std::optional<Credential>> helper_get(const std::string& name, const std::string& server) {
  auto outcome = TRY(call(name, "get", server));
  if (outcome.exit_code != 0) {
    // The protocol's way to say "none" is a text.
    if (outcome.output.find("credentials not found") != std::string::npos)
      return std::optional<Credential>();
    TRY(expect_success(outcome, name, "get"));
  }
  auto document = json::parse(outcome.output);
  if (!document)
    return Error(ErrorKind::malformed, "docker-credential-" + name + ": its answer is not JSON");
  json::Field answer(*document, "docker-credential-" + name);
  Credential out;
  out.username = TRY(answer.string("Username"));
  auto secret = TRY(answer.string("Secret"));
  if (out.username == "<token>") {
    out.identity_token = std::move(secret);
  } else {
    out.password = std::move(secret);
  }
  if (out.username.empty()) return std::optional<Credential>();
  return std::optional(std::move(out));
}

Result<void> helper_store(const std::string& name, const std::string& server,
                          const Credential& credential) {
  auto input = json::compact(
      {{"ServerURL", server}, {"Username", credential.username}, {"Secret", credential.password}});
  return expect_success(TRY(call(name, "store", input)), name, "store");
}

Result<void> helper_erase(const std::string& name, const std::string& server) {
  return expect_success(TRY(call(name, "erase", server)), name, "erase");
}

}  // namespace mpk::oci
