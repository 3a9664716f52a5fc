// Referrers in a registry.
#include "oci/remote_referrers.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "oci/media_type.hpp"
#include "oci/referrers_tag.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>

namespace mpk::oci {
namespace {

// No registry offers compare-and-swap on a tag. A round costs two requests; eight writers at once
// have needed at most 17.
constexpr unsigned kUpdateRounds = 40;
constexpr unsigned kRoundsBeforeDeletion = 3;
constexpr std::chrono::milliseconds kLongestPause{2000};

bool contains(const std::vector<Descriptor>& list, const Digest& digest) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Descriptor& d) { return d.digest == digest; });
}

void merge(std::map<Digest, Descriptor>& into, const std::vector<Descriptor>& from) {
  for (const auto& descriptor : from) {
    auto [found, added] = into.emplace(descriptor.digest, descriptor);
    // Some indexes lose annotations and artifact type: the fuller entry wins.
    if (!added && found->second.annotations.empty())
      found->second.annotations = descriptor.annotations;
    if (!added && found->second.artifact_type.empty())
      found->second.artifact_type = descriptor.artifact_type;
  }
}

std::vector<Descriptor> values(const std::map<Digest, Descriptor>& map) {
  std::vector<Descriptor> out;
  for (const auto& [digest, descriptor] : map) out.push_back(descriptor);
  return out;
}

Result<void> check_count(std::size_t count, const Digest& subject) {
  if (count <= limits::kReferrers) return {};
  return Error(ErrorKind::too_large, "more than " + std::to_string(limits::kReferrers) +
                                         " referrers of " + subject.brief());
}

Error unsettled(const Digest& subject) {
  return Error(ErrorKind::network,
               "the list of referrers of " + subject.brief() + " does not settle",
               "too many writers at once; run the command again");
}

}  // namespace

// RFC 8288: <target>; rel="next"
Result<std::optional<Url>> next_page(const http::Response& response, const Url& current) {
  for (const auto& header : response.headers.all("Link")) {
    auto open = header.find('<');
    auto close = header.find('>', open == std::string::npos ? 0 : open);
    if (open == std::string::npos || close == std::string::npos) continue;
    auto parameters = lower_ascii(header.substr(close));
    if (parameters.find("rel=\"next\"") == std::string::npos &&
        parameters.find("rel=next") == std::string::npos)
      continue;
    auto next = TRY(current.resolve(header.substr(open + 1, close - open - 1)));
    if (!next.same_origin(current)) {
      return Error(ErrorKind::malformed,
                   current.authority() + ": the next page is at another host, " + next.authority());
    }
    return std::optional(next);
  }
  return std::optional<Url>();
}

Result<std::optional<RemoteReferrers::Entries>> RemoteReferrers::from_api(
    const Digest& subject, std::string_view artifact_type, const Wanted& wanted) {
  auto url = client_.url("referrers/" + subject.text());
  if (!artifact_type.empty()) url = url.with_query("artifactType", artifact_type);
  Entries out;
  for (std::size_t page = 0; page < limits::kReferrerPages; ++page) {
    auto request = client_.request("GET", url);
    request.headers.set("Accept", std::string(kIndexType));
    auto response = TRY(client_.send(std::move(request), Access::pull));
    if (response.status == 404) return std::optional<Entries>();
    if (response.status != 200) return client_.error(response, "referrers of " + subject.brief());
    auto index = TRY(parse_index(response.body).with("referrers of " + subject.brief()));
    std::erase_if(index.manifests, std::not_fn(wanted));
    merge(out, index.manifests);
    TRY(check_count(out.size(), subject));
    auto next = TRY(next_page(response, url));
    if (!next) return std::optional(std::move(out));
    url = *next;
  }
  return Error(ErrorKind::too_large, "referrers of " + subject.brief() + ": more than " +
                                         std::to_string(limits::kReferrerPages) + " pages");
}

Result<Index> RemoteReferrers::fallback_index(const Digest& subject, Use use) {
  auto tag = referrers_tag(subject);
  auto descriptor = store_.resolve(tag);
  if (!descriptor) {
    if (descriptor.error().kind() == ErrorKind::not_found) return Index{};
    return std::move(descriptor).error();
  }
  // `cosign copy` puts the artifact itself under this tag, which lists nothing; it is not ours to
  // overwrite.
  if (use == Use::reading && descriptor->digest == subject) return Index{};
  auto bytes = TRY(store_.fetch_manifest(*descriptor));
  if (!is_index(bytes, descriptor->media_type)) {
    return Error(ErrorKind::malformed, "the tag " + tag + " is no index of referrers",
                 "somebody else uses this name; remove it first");
  }
  return parse_index(bytes).with("tag " + tag);
}

Result<void> RemoteReferrers::put_index(const Digest& subject, const Index& index) {
  auto bytes = serialize(index);
  return store_.push_manifest(Descriptor::of(kIndexType, bytes), bytes, referrers_tag(subject));
}

// A writer that read the index before our PUT overwrites it with its own. Its round takes about as
// long as ours: after twice that time it has happened, and we see it.
Result<void> RemoteReferrers::pause(std::chrono::steady_clock::duration round) const {
  using std::chrono::milliseconds;
  const milliseconds extra(10 + static_cast<int>(50 * jitter()));
  return pauses_.pause(
      std::min(2 * std::chrono::duration_cast<milliseconds>(round), kLongestPause) + extra);
}

// image-spec: a descriptor may leave the type out; the manifest has it.
Result<void> RemoteReferrers::look_at_untyped(Entries& entries, const Digest& subject,
                                              std::string_view artifact_type) {
  for (auto at = entries.begin(); at != entries.end();) {
    auto& entry = at->second;
    if (!entry.artifact_type.empty()) {
      ++at;
      continue;
    }
    const auto bytes = store_.fetch_manifest(entry);
    if (!bytes) {
      const auto kind = bytes.error().kind();
      // Who reads it will see that; here it would hide the others.
      if (kind != ErrorKind::not_found && kind != ErrorKind::mismatch) return bytes.error();
      ++at;
      continue;
    }
    // What is no manifest, or has another subject, is nobody's referrer here.
    auto referrer = as_referrer(entry, *bytes);
    const bool wanted = referrer && *referrer && (*referrer)->subject.digest == subject &&
                        (*referrer)->entry.artifact_type == artifact_type;
    if (wanted) entry = std::move((*referrer)->entry);
    at = wanted ? std::next(at) : entries.erase(at);
  }
  return {};
}

Result<RemoteReferrers::Entries> RemoteReferrers::collect(const Digest& subject,
                                                          std::string_view artifact_type,
                                                          const Wanted& wanted) {
  auto api = TRY(from_api(subject, artifact_type, wanted));
  const bool has_api = api.has_value();
  auto all = std::move(api).value_or(Entries());
  // A registry that got the API later may list there only what was pushed since.
  if (has_api && !all.empty() && acknowledged_) return all;
  return with_tagged(std::move(all), subject, wanted);
}

Result<RemoteReferrers::Entries> RemoteReferrers::with_tagged(Entries all, const Digest& subject,
                                                              const Wanted& wanted) {
  auto index = TRY(fallback_index(subject, Use::reading));
  std::erase_if(index.manifests, std::not_fn(wanted));
  merge(all, index.manifests);
  TRY(check_count(all.size(), subject));
  return all;
}

Result<std::vector<Descriptor>> RemoteReferrers::list(const Digest& subject,
                                                      std::string_view artifact_type) {
  if (artifact_type.empty()) return list(subject, [](const Descriptor&) { return true; });
  // A server may ignore the filter. What is of another type is left out before it is counted, so
  // that nobody hides a signature behind a thousand of something else.
  auto all = TRY(collect(subject, artifact_type, [&](const Descriptor& entry) {
    return entry.artifact_type.empty() || entry.artifact_type == artifact_type;
  }));
  TRY(look_at_untyped(all, subject, artifact_type));
  return values(all);
}

Result<std::vector<Descriptor>> RemoteReferrers::list(const Digest& subject, const Wanted& wanted) {
  return values(TRY(collect(subject, {}, wanted)));
}

Result<std::vector<Descriptor>> RemoteReferrers::at_hand(const Digest& subject,
                                                         const Wanted& wanted) {
  auto api = TRY(from_api(subject, {}, wanted));
  return values(api ? *api : TRY(with_tagged({}, subject, wanted)));
}

// Anything but a clear no means yes: to lose an entry is worse than to keep one too many.
Result<bool> RemoteReferrers::is_there(const Descriptor& manifest) {
  auto request = client_.request("HEAD", client_.url("manifests/" + manifest.digest.text()));
  request.headers.set("Accept", manifest.media_type);
  return TRY(client_.send(std::move(request), Access::pull)).status != 404;
}

// An entry that was in the index once and is not now was lost to another writer and has to come
// back, unless its manifest was deleted.
Result<void> RemoteReferrers::drop_deleted(Entries& seen, const Index& index,
                                           const std::optional<Descriptor>& ours) {
  for (auto entry = seen.begin(); entry != seen.end();) {
    const bool safe = contains(index.manifests, entry->first) ||
                      (ours && ours->digest == entry->first) || TRY(is_there(entry->second));
    entry = safe ? std::next(entry) : seen.erase(entry);
  }
  return {};
}

Result<bool> RemoteReferrers::settle(const Digest& subject, const Change& change, unsigned rounds) {
  Entries seen;
  if (change.added) merge(seen, {*change.added});
  for (unsigned round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    auto index = TRY(fallback_index(subject, Use::changing));
    merge(seen, index.manifests);
    if (change.removed) seen.erase(*change.removed);
    TRY(drop_deleted(seen, index, change.added));
    const bool complete = std::all_of(seen.begin(), seen.end(), [&](const auto& entry) {
      return contains(index.manifests, entry.first);
    });
    const bool gone = !change.removed || !contains(index.manifests, *change.removed);
    if (complete && gone) return true;
    index.manifests = values(seen);
    TRY(put_index(subject, index));
    TRY(pause(std::chrono::steady_clock::now() - start));
  }
  return false;
}

Result<void> RemoteReferrers::add(const Referrer& referrer) {
  const auto& subject = referrer.subject.digest;
  const auto is_ours = [&](const Descriptor& entry) {
    return entry.digest == referrer.entry.digest;
  };
  const auto api = TRY(from_api(subject, {}, is_ours));
  if (api && !api->empty()) return {};
  if (TRY(settle(subject, {.added = referrer.entry}, kUpdateRounds))) return {};
  return unsettled(subject);
}

Result<std::optional<Referrer>> RemoteReferrers::forget(const Descriptor& descriptor) {
  auto bytes = store_.fetch_manifest(descriptor);
  if (!bytes) {
    const auto kind = bytes.error().kind();
    const bool unreadable = kind == ErrorKind::not_found || kind == ErrorKind::mismatch;
    if (unreadable) return std::optional<Referrer>();
    return std::move(bytes).error();
  }
  auto referrer = as_referrer(descriptor, *bytes);
  if (!referrer || !*referrer) return std::optional<Referrer>();
  const auto& subject = (*referrer)->subject.digest;
  if (!contains(TRY(fallback_index(subject, Use::reading)).manifests, descriptor.digest))
    return std::optional<Referrer>();
  // Not to its end: a writer who adds at the same time puts the entry back while the manifest is
  // there. The second forget() has the last word.
  TRY(settle(subject, {.removed = descriptor.digest}, kRoundsBeforeDeletion));
  return referrer;
}

Result<void> RemoteReferrers::forget(const Referrer& referrer) {
  const auto& subject = referrer.subject.digest;
  if (TRY(settle(subject, {.removed = referrer.entry.digest}, kUpdateRounds))) return {};
  return unsettled(subject);
}

}  // namespace mpk::oci
