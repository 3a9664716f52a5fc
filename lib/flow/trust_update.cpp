// Trust update: one run of tuf::Updater, and what it fetched is read before it is kept.
#include "flow/trust_update.hpp"

#include "base/url.hpp"
#include "sigstore/signing_config.hpp"
#include "sigstore/trusted_root.hpp"
#include "tuf/updater.hpp"

#include <array>
#include <utility>
#include <vector>

namespace mpk::flow {
namespace {

constexpr unsigned kWaitSeconds = 120;

struct Wanted {
  const char* path;
  bool required;
};
constexpr std::array<Wanted, 3> kWanted = {{{"trusted_root.json", true},
                                            {"signing_config.v0.2.json", false},
                                            {"signing_config_rekor_v2.v0.2.json", false}}};

std::string_view own_url(std::string_view name) {
  for (const auto& repository : tuf::embedded_repositories()) {
    if (repository.name == name) return repository.url;
  }
  return {};
}

// A new trust is proven to begin with what the user chose, and the choice is made once.
Result<std::string> choose_root(tuf::Store& store, const TrustUpdateRequest& request) {
  auto known = first_root(store, request.name);
  if (request.root) {
    if (known && *known != *request.root) {
      return Error(ErrorKind::usage, "instance " + request.name + " has a root of its own already",
                   "give the new instance another name");
    }
    TRY(tuf::TrustedSet::begin(*request.root, Timestamp()).with("--root"));
    if (!known) TRY(store.write(kChosenRootFile, *request.root));
    return *request.root;
  }
  if (known) return *std::move(known);
  return Error(ErrorKind::usage, "instance " + request.name + ": nothing is known of it",
               "a new instance needs --root FILE, its root.json, and --url URL");
}

struct Addresses {
  Url metadata, targets;
};

Result<Url> read_address(const char* flag, const std::string& text) {
  auto url = Url::parse(text);
  if (!url) return std::move(url).error().with(flag).with_kind(ErrorKind::usage);
  if (!url->query.empty() || !url->userinfo.empty()) {
    return Error(ErrorKind::usage,
                 std::string(flag) + " " + url->redacted() +
                     ": expected an address without a query and a password",
                 "files are asked for below it, and it is remembered");
  }
  return url;
}

Result<Addresses> choose_addresses(const tuf::Store& store, const TrustUpdateRequest& request) {
  const auto last = read_update_record(store);
  std::string url = request.url.value_or(std::string(own_url(request.name)));
  std::string targets = request.targets_url.value_or("");
  // A mirror is for one run where the instance has an address of its own.
  if (url.empty() && last) {
    url = last->url;
    if (targets.empty()) targets = last->targets_url;
  }
  if (url.empty()) {
    return Error(ErrorKind::usage, "instance " + request.name + ": --url is missing",
                 "the address of its TUF repository's metadata");
  }
  auto metadata = TRY(read_address("--url", url));
  if (!metadata.path.ends_with('/')) metadata.path += '/';
  if (!targets.empty()) {
    auto other = TRY(read_address("--targets-url", targets));
    return Addresses{std::move(metadata), std::move(other)};
  }
  auto below = metadata;
  below.path += "targets/";
  return Addresses{std::move(metadata), std::move(below)};
}

// Signed is not the same as usable: what mpk can't read must not take the place of what it can.
Result<void> check_content(const std::string& path, const std::string& bytes) {
  if (path == kWanted[0].path) {
    TRY(sigstore::parse_trusted_root(bytes).with(path));
  } else {
    TRY(sigstore::parse_signing_config(bytes).with(path));
  }
  return {};
}

Result<std::vector<tuf::FetchedTarget>> fetch_targets(tuf::Updater& updater,
                                                      tuf::Fetcher& fetcher) {
  std::vector<tuf::FetchedTarget> out;
  for (const auto& wanted : kWanted) {
    auto found = updater.find_target(wanted.path);
    if (!found && !wanted.required && found.error().kind() == ErrorKind::not_found) continue;
    auto file = TRY(std::move(found));
    auto bytes = TRY(updater.fetch_target(fetcher, file));
    TRY(check_content(wanted.path, bytes));
    out.push_back({.file = std::move(file), .bytes = std::move(bytes)});
  }
  return out;
}

}  // namespace

Result<TrustUpdated> update_trust(const Context& context, const TrustUpdateRequest& request) {
  TRY(check_instance_name(request.name));
  const auto directory = TRY(instance_directory(context.env, request.name));
  const auto before = load_instance(context.env, request.name);
  if (before && before->source == TrustSource::imported) {
    return Error(ErrorKind::usage,
                 "instance " + request.name + " was imported from " + before->origin +
                     ", and has no repository",
                 "give the new instance another name");
  }
  auto opened = TRY(tuf::open_for_update(directory, kWaitSeconds, context.cancel));
  auto& store = *opened.store;
  const auto addresses = TRY(choose_addresses(store, request));
  const auto root = TRY(choose_root(store, request));
  const auto now = Timestamp::from_seconds(context.clock.now().seconds());
  const auto metadata = tuf::make_http_fetcher(context.transport, addresses.metadata);
  tuf::Updater updater(store, *metadata, now);
  TRY(updater.refresh(root));
  const auto fetcher = tuf::make_http_fetcher(context.transport, addresses.targets);
  const auto targets = TRY(fetch_targets(updater, *fetcher));
  TRY(tuf::keep_targets(store, targets));
  const UpdateRecord record{now.text(), addresses.metadata.redacted(),
                            addresses.targets.redacted()};
  TRY(store.write(kUpdateFile, write_update_record(record)));

  TrustUpdated out{.instance = {.name = request.name,
                                .source = TrustSource::updated,
                                .origin = record.url,
                                .since = record.updated,
                                .trusted_root = targets.front().bytes},
                   .url = record.url,
                   .not_kept = opened.not_kept};
  if (targets.size() > 1) out.instance.signing_config = targets.back().bytes;
  if (auto kept = tuf::read_kept(store, root); kept && *kept)
    out.instance.kept_roles = (*kept)->roles;
  out.changed = !before || before->trusted_root != out.instance.trusted_root ||
                before->signing_config != out.instance.signing_config;
  return out;
}

}  // namespace mpk::flow
