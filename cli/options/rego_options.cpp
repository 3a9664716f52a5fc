// --rego and --opa: rules from a file by a program, or a server with rules of its own.
#include "options/rego_options.hpp"

#include "base/text.hpp"

#include <filesystem>

namespace mpk::cli {
namespace {

Result<flow::RegoRules> server_rules(const std::string& address) {
  auto parsed = Url::parse(address);
  if (!parsed) return std::move(parsed).error().with("--opa").with_kind(ErrorKind::usage);
  auto url = parsed.take();
  if (!url.userinfo.empty() || !url.query.empty()) {
    return Error(ErrorKind::usage,
                 "--opa " + url.redacted() + ": neither a user nor a query may stand in it");
  }
  if (url.scheme != "https" && !is_loopback_host(url.host)) {
    return Error(ErrorKind::usage, "--opa " + printable(url.redacted(), 200) + ": not https",
                 "http is for loopback addresses only: others could answer in its place");
  }
  flow::RegoRules out;
  out.server = std::move(url);
  return out;
}

}  // namespace

void RegoOptions::add_to(OptionSet& set) {
  set.option("--rego", "FILE|DIR", rules,
             "Rules for OPA that must not refuse the verdict (data.mpk.deny)", ValueKind::file);
  set.option("--opa", "PATH|URL", opa,
             "OPA itself (default: opa on PATH), or a server that has such rules", ValueKind::file);
}

Result<std::optional<flow::RegoRules>> RegoOptions::resolve() const {
  if (!given()) return std::optional<flow::RegoRules>();
  if (opa && opa->find("://") != std::string::npos) {
    if (rules) {
      return Error(ErrorKind::usage, "--rego beside a server: it has rules of its own",
                   "load them into the server, or leave --opa out");
    }
    return std::optional(TRY(server_rules(*opa)));
  }
  if (!rules) {
    return Error(ErrorKind::usage, "--opa without --rego: there are no rules to ask it about",
                 "add --rego FILE, or give the URL of a server that has them");
  }
  std::error_code failed;
  if (!std::filesystem::exists(*rules, failed))
    return Error(ErrorKind::usage, "--rego " + printable(*rules, 200) + ": no such file");
  flow::RegoRules out;
  out.file = *rules;
  if (opa) out.program = *opa;
  return std::optional(std::move(out));
}

}  // namespace mpk::cli
