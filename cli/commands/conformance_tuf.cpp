// mpk conformance tuf: what tuf-conformance's suite asks of a client (its CLIENT-CLI.md); hidden.
#include "base/file.hpp"
#include "base/url.hpp"
#include "commands/commands.hpp"
#include "exit_code.hpp"
#include "session.hpp"
#include "tuf/limits.hpp"
#include "tuf/updater.hpp"

#include <filesystem>
#include <memory>

namespace mpk::cli {
namespace {

constexpr unsigned kWaitSeconds = 60;

struct Options {
  std::optional<std::string> metadata_dir, metadata_url, target_dir, target_base_url;
  std::vector<std::string> target_names;
  std::string what;
  std::optional<std::string> root;
};

Result<std::string> need(const char* flag, const std::optional<std::string>& value) {
  if (!value) return Error(ErrorKind::usage, std::string(flag) + " is missing");
  return *value;
}

// Metadata that is kept but for its directory is no answer here: the suite looks into it.
Result<void> require_kept(const tuf::WritableStore& opened) {
  if (opened.not_kept) return Error(*opened.not_kept);
  return {};
}

Result<void> init(const Options& o) {
  const auto directory = TRY(need("--metadata-dir", o.metadata_dir));
  const auto root = TRY(read_file(TRY(need("TRUSTED_ROOT", o.root)), tuf::limits::kRoot));
  tuf::DirectoryStore store(directory);
  return store.write("root.json", root);
}

// Under one name for all its versions; not fetched again while it is what is listed.
Result<void> download(tuf::Updater& updater, tuf::Fetcher& fetcher, tuf::Store& targets,
                      const std::string& name) {
  const auto target = TRY(updater.find_target(name));
  const std::string file = percent_encode(name);
  const auto there = targets.read(file, tuf::limits::kTarget);
  if (there && !target.hashes.empty() &&
      tuf::check_bytes(*there, target.length, target.hashes).has_value())
    return {};
  const auto bytes = TRY(updater.fetch_target(fetcher, target));
  return targets.write(file, bytes);
}

Result<void> update(const Options& o, Session& session) {
  const auto directory = TRY(need("--metadata-dir", o.metadata_dir));
  const auto url = TRY(Url::parse(TRY(need("--metadata-url", o.metadata_url))));
  auto opened = TRY(tuf::open_for_update(directory, kWaitSeconds, session.cancel()));
  TRY(require_kept(opened));
  const auto root = opened.store->read("root.json", tuf::limits::kRoot);
  if (!root) return Error(ErrorKind::usage, directory + ": no root.json", "run init first");
  auto context = session.context();
  const auto metadata = tuf::make_http_fetcher(context.transport, url);
  tuf::Updater updater(*opened.store, *metadata, context.clock.now());
  TRY(updater.refresh(*root));
  if (o.what == "refresh") return {};
  const auto base = TRY(Url::parse(TRY(need("--target-base-url", o.target_base_url))));
  const auto fetcher = tuf::make_http_fetcher(context.transport, base);
  tuf::DirectoryStore targets(TRY(need("--target-dir", o.target_dir)));
  if (o.target_names.empty()) return Error(ErrorKind::usage, "--target-name is missing");
  for (const auto& name : o.target_names) TRY(download(updater, *fetcher, targets, name));
  return {};
}

Result<int> run(const Options& o, Session& session) {
  if (o.what != "init" && o.what != "refresh" && o.what != "download") {
    return Error(ErrorKind::usage, "expected init, refresh or download, found " + o.what);
  }
  auto done = o.what == "init" ? init(o) : update(o, session);
  if (!done) return session.refuse(done.error(), kExitFailed);
  return 0;
}

}  // namespace

Command conformance_tuf_command() {
  return {
      .summary = "Speak the client protocol of tuf-conformance",
      .description =
          "For scripts/conformance: exit status 0 or 1, files in --metadata-dir and\n"
          "--target-dir as the suite's CLIENT-CLI.md says.",
      .examples = {{"mpk conformance tuf --metadata-dir D init root.json", "trust a root"},
                   {"mpk conformance tuf --metadata-dir D --metadata-url U refresh", "update"},
                   {"mpk conformance tuf --metadata-dir D --metadata-url U --target-name N "
                    "--target-base-url T --target-dir O download",
                    "update and fetch"}},
      .bind = [](OptionSet& set) -> Run {
        auto o = std::make_shared<Options>();
        set.option("--metadata-dir", "DIR", o->metadata_dir, "Where metadata is kept",
                   ValueKind::directory);
        set.option("--metadata-url", "URL", o->metadata_url, "The repository's metadata");
        set.option("--target-name", "PATH", o->target_names, "Target to fetch, may be repeated");
        set.option("--target-dir", "DIR", o->target_dir, "Where targets go", ValueKind::directory);
        set.option("--target-base-url", "URL", o->target_base_url, "The repository's targets");
        set.positional("init|refresh|download", o->what, "What to do");
        set.positional("TRUSTED_ROOT", o->root, "Of init: the root.json to trust", ValueKind::file);
        return [o](Session& session) { return run(*o, session); };
      }};
}

}  // namespace mpk::cli
