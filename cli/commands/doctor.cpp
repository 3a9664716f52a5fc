// mpk doctor: what mpk finds around it, and what would be in the way.
#include "base/file.hpp"
#include "commands/commands.hpp"
#include "crypto/library.hpp"
#include "flow/local_store.hpp"
#include "http/library.hpp"
#include "oci/credentials.hpp"
#include "oidc/sources.hpp"
#include "oidc/token.hpp"
#include "options/options.hpp"
#include "render/table.hpp"
#include "version.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

constexpr std::size_t kProbeSize = 4096;

struct Row {
  const char* result;  // ok, note, FAIL
  std::string subject, message;
};

Row trust_row(Session& session) {
  auto root = TrustOptions{}.resolve(session);
  if (!root) return {"FAIL", "trusted root", root.error().text()};
  auto instance = TrustOptions{}.chosen_instance(session);
  if (!instance) return {"FAIL", "trusted root", instance.error().text()};
  return {"ok", "trusted root",
          std::string(flow::to_string((*instance)->source)) + ", " +
              (*instance)->since.substr(0, 10) + ", " + root->digest.brief()};
}

Row token_row(Session& session) {
  const auto& env = session.env();
  if (auto raw = env.get("SIGSTORE_ID_TOKEN")) {
    auto token = oidc::read_token(*raw, "SIGSTORE_ID_TOKEN", session.clock().now());
    if (!token) return {"FAIL", "identity", token.error().message()};
    return {"ok", "identity",
            token->identity() + " (issuer " + token->issuer + ", SIGSTORE_ID_TOKEN)"};
  }
  auto context = session.context();
  const oidc::Surroundings around{.env = env,
                                  .transport = context.transport,
                                  .clock = context.clock,
                                  .random = context.random,
                                  .logger = context.logger,
                                  .cancel = context.cancel};
  if (env.get("GITHUB_ACTIONS") && !env.get("ACTIONS_ID_TOKEN_REQUEST_URL")) {
    return {"FAIL", "identity",
            "GitHub Actions without id-token: add permissions: id-token: write"};
  }
  for (const auto* source : oidc::sources()) {
    if (source->presence(around) != oidc::Presence::absent)
      return {"ok", "identity", std::string(source->label) + " will be asked for a token"};
  }
  return {"note", "identity",
          "no token: sign with --identity-token FILE, SIGSTORE_ID_TOKEN or --oidc-flow"};
}

Row store_row(Session& session) {
  auto path = flow::local_store_path(session.context());
  if (!path) return {"FAIL", "local store", path.error().text()};
  auto there = *path;
  std::error_code failure;
  while (!std::filesystem::exists(there, failure) && there.has_relative_path())
    there = there.parent_path();
  // Permissions say nothing of a full disk or a read-only one; the file goes when it is not
  // committed.
  auto probe = AtomicFile::create(there);
  if (!probe) return {"FAIL", "local store", path->string() + ": " + probe.error().text()};
  const std::vector<std::uint8_t> bytes(kProbeSize, 'x');
  if (auto written = probe->write(bytes); !written)
    return {"FAIL", "local store", path->string() + ": " + written.error().text()};
  return {"ok", "local store", path->string()};
}

Row credentials_row(Session& session) {
  auto found = oci::find_credential("registry.example", "doctor", session.env());
  if (!found) return {"FAIL", "credentials", found.error().text()};
  return {"ok", "credentials", "docker and podman files are readable"};
}

Row proxy_row(Session& session) {
  for (const auto* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}) {
    if (session.env().get(name))
      return {"note", "proxy", std::string(name) + " is set and will be used"};
  }
  return {"ok", "proxy", "none"};
}

Result<int> run(Session& session) {
  std::vector<Row> rows = {{"ok", "mpk", kVersion},
                           {"ok", "libraries", crypto::library_version()},
                           {"ok", "http", http::library_version()},
                           trust_row(session),
                           token_row(session),
                           store_row(session),
                           credentials_row(session),
                           proxy_row(session)};
  bool failed = false;
  Json checks = Json::array();
  std::vector<std::vector<std::string>> lines;
  for (const auto& row : rows) {
    failed = failed || std::string_view(row.result) == "FAIL";
    checks.push_back({{"result", row.result}, {"subject", row.subject}, {"message", row.message}});
    lines.push_back({row.result, row.subject, row.message});
  }
  if (session.json()) {
    session.print_json({{"kind", "Doctor"}, {"checks", checks}});
  } else {
    session.print(table({{}, {}, {}}, lines));
  }
  return failed ? 1 : 0;
}

}  // namespace

Command doctor_command() {
  return {.summary = "Check what mpk finds around it: trust, identity, store, credentials",
          .description = "Contacts nothing. Exit code 1 when something would be in the way.",
          .examples = {{"mpk doctor", "before the first ship"},
                       {"mpk sandbox run -- mpk doctor", "inside the sandbox"},
                       {"mpk doctor --format json", "for CI"}},
          .bind = [](OptionSet&) -> Run { return [](Session& session) { return run(session); }; }};
}

}  // namespace mpk::cli
