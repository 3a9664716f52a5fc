// UploadPolicies: a small JSON file, and the hosts that are known from the start.
#include "oci/upload_policy.hpp"

#include "base/file.hpp"
#include "json/parse.hpp"
#include "json/read.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <string_view>
#include <utility>

namespace mpk::oci {
namespace {

constexpr std::int64_t kDay = 86'400, kKeptSeconds = 7 * kDay;
constexpr std::size_t kFileCap = 256U << 10;

struct Known {
  std::string_view host;  // with a dot in front: all hosts below it
  UploadPolicy policy;
};
// ghcr.io answers 416 to a PATCH of more than 4 MiB; Google's registries take none in pieces.
constexpr std::array kKnown = {
    Known{"ghcr.io", {UploadPolicy::Way::monolithic, 4U << 20}},
    Known{"gcr.io", {UploadPolicy::Way::monolithic, 0}},
    Known{".gcr.io", {UploadPolicy::Way::monolithic, 0}},
    Known{".pkg.dev", {UploadPolicy::Way::monolithic, 0}},
};

UploadPolicy policy_from_the_start(std::string_view host) {
  for (const auto& known : kKnown) {
    const bool below = known.host.front() == '.' && host.ends_with(known.host);
    if (below || host == known.host) return known.policy;
  }
  return {};
}

constexpr std::array<std::string_view, 3> kWays = {"streamed", "monolithic", "chunked"};

std::optional<UploadPolicy::Way> parse_way(std::string_view text) {
  for (std::size_t i = 0; i < kWays.size(); ++i) {
    if (kWays.at(i) == text) return static_cast<UploadPolicy::Way>(i);
  }
  return std::nullopt;
}

}  // namespace

void UploadPolicies::load() {
  if (!std::exchange(loaded_, true) && on_disk()) table_ = read_file();
}

UploadPolicy UploadPolicies::of(const std::string& host) {
  const std::scoped_lock lock(mutex_);
  load();
  const auto found = table_.find(host);
  return found == table_.end() ? policy_from_the_start(host) : found->second.policy;
}

void UploadPolicies::learn(const std::string& host, const UploadPolicy& policy) {
  const std::scoped_lock lock(mutex_);
  load();
  const auto now = clock_ == nullptr ? Timestamp() : clock_->now();
  table_.insert_or_assign(host, Learned{policy, now});
  if (!on_disk()) return;
  // Others may have learned meanwhile.
  auto all = read_file();
  all.insert_or_assign(host, Learned{policy, now});
  write_file(all);
}

UploadPolicies::Table UploadPolicies::read_file() const {
  Table table;
  const auto text = mpk::read_file(file_, kFileCap);
  if (!text) return table;
  const auto document = json::parse(*text);
  if (!document) return table;
  const auto root = json::Field(*document);
  const auto hosts = root.at("hosts");
  if (!hosts) return table;
  const auto members = hosts->members();
  if (!members) return table;
  const auto now = clock_->now();
  for (const auto& [host, field] : *members) {
    const auto way = parse_way(field.string("way").value_or(""));
    const auto limit = field.unsigned_integer("limit");
    const auto when = field.optional_timestamp("learned");
    if (!way || !limit || !when || !*when) continue;
    // A time to come is of a clock that was wrong, or is.
    if (**when > now || now.seconds() - (*when)->seconds() >= kKeptSeconds) continue;
    if (*way == UploadPolicy::Way::chunked && *limit == 0) continue;
    table.insert_or_assign(host, Learned{{*way, *limit}, **when});
  }
  return table;
}

void UploadPolicies::write_file(const Table& table) const {
  Json hosts = Json::object();
  for (const auto& [host, learned] : table) {
    Json entry = Json::object();
    entry["way"] = kWays.at(static_cast<std::size_t>(learned.policy.way));
    entry["limit"] = learned.policy.limit;
    entry["learned"] = learned.when.text();
    hosts[host] = std::move(entry);
  }
  Json document = Json::object();
  document["hosts"] = std::move(hosts);
  if (!make_directories(file_.parent_path())) return;
  constexpr unsigned kOwnerOnly = 0600;
  auto ignored = write_file_atomic(file_, json::pretty(document), kOwnerOnly);
  static_cast<void>(ignored);
}

}  // namespace mpk::oci
