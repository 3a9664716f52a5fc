// mpk trust update: fetch today's trusted root.
#include "flow/trust_update.hpp"

#include "commands/commands.hpp"
#include "crypto/hash.hpp"
#include "render/instance.hpp"
#include "session.hpp"
#include "tuf/limits.hpp"

#include <nlohmann/json.hpp>

namespace mpk::cli {
namespace {

struct Options {
  std::optional<std::string> url, targets_url, root, name;
  bool staging = false;
};

Result<flow::TrustUpdateRequest> request_of(const Options& o, Session& session) {
  if (o.staging && (o.name || o.root))
    return Error(ErrorKind::usage, "--staging excludes --instance and --root");
  if (o.root && !o.name) {
    return Error(ErrorKind::usage, "--root needs --instance NAME",
                 "another root is another instance; verify --instance NAME will use it");
  }
  flow::TrustUpdateRequest request;
  request.url = o.url;
  request.targets_url = o.targets_url;
  if (o.staging) request.name = "staging";
  if (o.name) request.name = *o.name;
  if (o.root) request.root = TRY(session.flag_file("--root", *o.root, tuf::limits::kRoot));
  return request;
}

Result<int> run(const Options& o, Session& session) {
  const auto request = TRY(request_of(o, session));
  const auto updated = TRY(flow::update_trust(session.context(), request));
  const auto& instance = updated.instance;
  if (updated.not_kept) {
    session.warn("proven, but not kept: " + updated.not_kept->text() +
                 "; verification goes on with what was there");
  }
  const auto digest = crypto::sha256(std::string_view(instance.trusted_root));
  const auto now = session.clock().now();
  if (session.json()) {
    session.print_json({{"kind", "TrustUpdated"},
                        {"instance", instance.name},
                        {"url", updated.url},
                        {"updated", instance.since},
                        {"changed", updated.changed},
                        {"kept", !updated.not_kept},
                        {"digest", digest.text()},
                        {"roles", roles_json(instance.roles(), now)}});
    return 0;
  }
  session.print(instance.name + ": trusted root " + digest.brief() +
                (updated.changed ? ", new" : ", as before") + " · " +
                roles_text(instance.roles(), now));
  return 0;
}

}  // namespace

Command trust_update_command() {
  return {.summary = "Fetch today's trusted root of an instance, by TUF",
          .description =
              "The only command that fetches trust; every other one uses what it kept, and "
              "verification\n"
              "opens no socket for it. Without options: of the public Sigstore instance, from the\n"
              "embedded root.json on.",
          .examples =
              {{"mpk trust update", "of the public Sigstore instance"},
               {"mpk trust update --url https://mirror.example/sigstore-tuf",
                "the same from a mirror, which need not be trusted"},
               {"mpk trust update --instance corp --root root.json --url https://tuf.corp.example",
                "of another instance, for verify --instance corp"}},
          .bind = [](OptionSet& set) -> Run {
            auto o = std::make_shared<Options>();
            set.option("--url", "URL", o->url, "Where the repository's metadata is");
            set.option("--targets-url", "URL", o->targets_url,
                       "Where its targets are (default: targets/ below the metadata)");
            set.option("--instance", "NAME", o->name, "Another instance than the public one");
            set.option("--root", "FILE", o->root, "The root.json that a new instance begins with",
                       ValueKind::file);
            set.flag("--staging", o->staging, "Sigstore's staging instance");
            return [o](Session& session) { return run(*o, session); };
          }};
}

}  // namespace mpk::cli
