// Steps time.tsa and time.log: when the signature existed, as far as someone trusted says so.
#include "base/ascii.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"
#include "sigstore/verify_steps.hpp"

#include <algorithm>

namespace mpk::sigstore {
namespace {

constexpr std::int64_t kClockSkew = 300;  // seconds

std::optional<Problem> in_future(const Case& c, Timestamp time, const std::string& source) {
  if (time <= c.now.plus_seconds(kClockSkew)) return std::nullopt;
  return Problem{.code = "time-in-future",
                 .message = source + " gives a time in the future",
                 .expected = {"not after " + c.now.text()},
                 .found = time.text(),
                 .hint = "if this machine's clock is behind, set it"};
}

std::string timestamp_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::mismatch:
      return "timestamp-imprint-mismatch";
    case ErrorKind::expired:
      return "timestamp-authority-expired";
    case ErrorKind::untrusted:
      return "timestamp-untrusted";
    default:
      return "timestamp-malformed";
  }
}

// A timestamp of an authority that we don't trust proves nothing, and harms nothing where another
// time is proven; one that is broken or about something else says that the bundle was tampered
// with.
bool only_unproven(const Error& error) {
  return error.kind() == ErrorKind::untrusted || error.kind() == ErrorKind::expired;
}

// A log's promise that does not hold is the failure to report, not the timestamp that it replaces.
bool log_claims_time(const Case& c) {
  return why_no_log(c).empty() && std::ranges::any_of(c.bundle.log_entries, [](const auto& entry) {
           return entry.signed_entry_timestamp.has_value();
         });
}

std::optional<Problem> missing_timestamp(const Case& c) {
  // A key or an authority of one's own is judged without a proven time, too.
  if (!c.by_trusted_root() || !c.facts.times.empty() || log_claims_time(c)) return std::nullopt;
  if (c.root.timestamp_authorities.empty()) {
    return Problem{.code = "time-not-proven",
                   .message =
                       "no log entry gives a time and the trusted root lists no timestamp "
                       "authority",
                   .hint = std::string(kOtherInstance)};
  }
  return Problem{.code = "timestamp-missing",
                 .message = "bundle has no timestamp, and no log entry gives a time",
                 .hint = "sign with a timestamp authority (tsaUrls of the signing config)"};
}

// The signed part of an inclusion promise: RFC 8785 of these four members (rekor, types.md).
std::string promise_text(const LogEntry& entry) {
  return R"({"body":")" + base64_encode(as_bytes(entry.canonicalized_body)) +
         R"(","integratedTime":)" + std::to_string(entry.integrated_time) + R"(,"logID":")" +
         hex_encode(entry.log_id) + R"(","logIndex":)" + std::to_string(entry.log_index) + "}";
}

// `logs` has the keys that carry the entry's log id, at least one.
std::optional<Problem> check_promise(const LogEntry& entry,
                                     const std::vector<const TransparencyLog*>& logs,
                                     const TransparencyLog*& by) {
  const auto text = promise_text(entry);
  const auto time = Timestamp::from_seconds(entry.integrated_time);
  Problem problem{.code = "set-signature",
                  .message = "log's signed entry timestamp does not hold (log index " +
                             std::to_string(entry.log_index) + ")"};
  for (const auto* log : logs) {
    if (!log->key.verify(as_bytes(text), *entry.signed_entry_timestamp, DigestAlgorithm::sha256)) {
      continue;
    }
    if (log->valid_for.contains(time)) {
      by = log;
      return std::nullopt;
    }
    problem = {.code = "log-key-expired",
               .message = "log key of " + printable(log->origin, 120) +
                          " was not in use when the entry was made",
               .expected = {log->valid_for.start.text() + " to " +
                            (log->valid_for.end ? log->valid_for.end->text() : "now")},
               .found = time.text()};
  }
  return problem;
}

// An explicit wish counts even where nothing would be required.
std::optional<Problem> too_few(const Case& c, const std::vector<Source>& by) {
  const auto needed = c.evidence.timestamps.value_or(0);
  const auto different = count_different(by);
  if (different >= needed) return std::nullopt;
  return Problem{.code = "timestamp-threshold",
                 .message = "timestamps of too few different authorities hold",
                 .expected = {std::to_string(needed) + " of different operators"},
                 .found = std::to_string(different),
                 .hint =
                     "sign with more timestamp authorities (tsaConfig of the signing config), "
                     "or ask for fewer"};
}

Step without_timestamp(const Case& c, std::string why) {
  const std::string id = "time.tsa";
  if (auto problem = too_few(c, {})) return failed(id, *std::move(problem));
  if (auto problem = missing_timestamp(c)) return failed(id, *std::move(problem));
  return skipped(id, std::move(why));
}

}  // namespace

Step check_log_times(Case& c) {
  const std::string id = "time.log";
  c.promise_holds.assign(c.bundle.log_entries.size(), false);
  if (auto why = why_no_log(c); !why.empty()) return skipped(id, why);
  std::size_t unknown = 0;
  std::size_t promises = 0;
  std::optional<Problem> problem;
  for (std::size_t i = 0; i < c.bundle.log_entries.size(); ++i) {
    const auto& entry = c.bundle.log_entries[i];
    if (!entry.signed_entry_timestamp) continue;
    ++promises;
    const auto logs = logs_of(c, entry);
    if (logs.empty()) {
      ++unknown;
      continue;
    }
    const TransparencyLog* by = nullptr;
    auto found = check_promise(entry, logs, by);
    if (!found) {
      const auto time = Timestamp::from_seconds(entry.integrated_time);
      c.promise_holds[i] = true;
      c.facts.times.push_back({"log", by->origin, time});
      found = in_future(c, time, "log entry");
    }
    if (found && !problem) problem = std::move(found);
  }
  if (problem) return failed(id, *std::move(problem));
  if (promises == 0) return skipped(id, "no log entry carries a signed time");
  if (unknown == promises) {
    return failed(id, {.code = "log-unknown",
                       .message = "log that promised the entry is not in the trusted root",
                       .found = hex_encode(c.bundle.log_entries.front().log_id),
                       .hint = std::string(kOtherInstance)});
  }
  return passed(id, "signed by the log at " + c.facts.times.front().time.text());
}

Step check_timestamps(Case& c) {
  const std::string id = "time.tsa";
  if (c.evidence.insecure_ignore_timestamp) return skipped(id, "ignored on request (insecure)");
  if (c.bundle.timestamps.empty()) {
    return without_timestamp(c, c.by_trusted_root() ? "bundle has none; the log is to give the time"
                                                    : "bundle has none, and none is required");
  }
  if (c.root.timestamp_authorities.empty())
    return without_timestamp(c, "trusted root lists no timestamp authority");

  std::optional<Problem> broken;    // always fails
  std::optional<Problem> unproven;  // fails when nothing else gives a time
  std::size_t good = 0;
  std::vector<Source> by;
  std::string last;
  for (std::size_t i = 0; i < c.bundle.timestamps.size(); ++i) {
    const auto& response = c.bundle.timestamps[i];
    const auto first = std::ranges::find(c.bundle.timestamps, response);
    if (first - c.bundle.timestamps.begin() != static_cast<std::ptrdiff_t>(i)) {
      broken = Problem{.code = "timestamp-duplicate", .message = "bundle repeats a timestamp"};
      continue;
    }
    auto verified = crypto::verify_timestamp(response, c.signature(), c.root.timestamp_authorities);
    if (!verified) {
      Problem problem{.code = timestamp_code(verified.error().kind()),
                      .message = verified.error().text(),
                      .hint = verified.error().hint()};
      if (problem.hint.empty() && verified.error().kind() == ErrorKind::untrusted)
        problem.hint = kOtherInstance;
      auto& slot = only_unproven(verified.error()) ? unproven : broken;
      if (!slot) slot = std::move(problem);
      continue;
    }
    ++good;
    by.push_back({verified->operated_by, verified->authority});
    last = verified->authority + " at " + verified->time.text();
    if (auto problem = in_future(c, verified->time, "timestamp")) broken = std::move(problem);
    c.facts.times.push_back({"tsa", std::move(verified->authority), verified->time});
  }
  if (broken) return failed(id, *std::move(broken));
  if (unproven && c.facts.times.empty() && c.by_trusted_root())
    return failed(id, *std::move(unproven));
  if (auto problem = too_few(c, by)) return failed(id, *std::move(problem));
  const auto of = counted(c.bundle.timestamps.size(), "timestamp");
  if (good == 0)
    return skipped(id, of + " not proven (" + unproven->message + "), and none is required");
  if (unproven) {
    return passed(
        id, last + "; of " + of + " " + std::to_string(good) + " proven: " + unproven->message);
  }
  return passed(id, last);
}

}  // namespace mpk::sigstore
