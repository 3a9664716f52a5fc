// For tests: a whole registry in memory, and a line to it on which anything may go wrong.
#pragma once

#include "http/redirect.hpp"
#include "http/resilient.hpp"
#include "http/stall_watch.hpp"
#include "oci/content_range.hpp"
#include "oci/manifest.hpp"
#include "oci/test_fault_registry.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace mpk::oci::test {

/// What goes wrong with one request.
enum class Trouble {
  none,
  busy,           // `status`, before a byte is read
  reset_before,   // no answer, nothing was done
  reset_after,    // no answer, everything was done
  silent,         // everything was done, and no answer comes until the stall limit
  expired_token,  // one that was good: 401 until a new one is fetched
  reset_in_body,  // of an upload: `at` of its body was taken
  stall_in_body,  // the same, by the stall limit
  take_less,      // 2xx, and `at` of the body was taken
  lose_session,   // 404 BLOB_UPLOAD_UNKNOWN from now on
  spoil,          // one byte arrives changed
  drip,           // slowly, but always on this side of the stall limit
  cut,            // of a download: the connection breaks at `at`
  stall,          // and then the stall limit
  short_body,     // ends at `at`, as if that were all
  wrong_byte,     // at `at`
  whole,          // 200 to a range
  foreign_range,  // a Content-Range of other bytes
  missing_range,  // 206 without one
  encoded,        // Content-Encoding: gzip
  expired_url,    // storage's 403
};

/// A repository of https://reg.example that asks for tokens, with storage.example behind it if
/// `redirects`: uploads are FaultRegistry's. Retries, redirects and the stall limit are the real
/// ones; their time is a clock of this registry's own, on which no test waits. Thread-safe.
class TransferRegistry final : public http::Transport {
 public:
  struct Plan {
    Trouble trouble = Trouble::none;
    double at = 0.5;  // of the body
    int status = 503;
    std::string retry_after;
    unsigned gap = 20;  // seconds between two pieces of a drip
  };
  /// Called under a lock, once a request.
  using Planner = std::function<Plan(const http::Request&)>;

  explicit TransferRegistry(Planner planner)
      : inner_(http::make_resilient(http::make_redirecting(std::make_unique<Wire>(*this), {}), {},
                                    {[this](auto time) { pass(time); }, [] { return 0.5; }})),
        planner_(std::move(planner)) {}

  Result<http::Response> send(http::Request request) override {
    return inner_->send(std::move(request));
  }
  void pass(std::chrono::milliseconds time) { passed_ += time.count(); }

  // Habits, beside those of `uploads`.
  FaultRegistry uploads;  // and all blobs
  bool redirects = false;
  bool has_ranges = true;
  std::size_t piece = 1000;  // in which a body comes

  // What happened; to be read when nothing runs.
  std::map<std::string, Descriptor> manifests;  // by digest; their bytes are blobs
  std::map<std::string, std::string> tags;      // to a digest
  std::size_t requests = 0;
  bool leaked = false;  // a token to another host

 private:
  using Time = http::StallWatch::Time;
  using Kind = Fault::Kind;
  static constexpr unsigned kStallSeconds = 60;
  static constexpr std::string_view kRepository = "/v2/acme/llm/";

  struct Wire final : http::Sender {
    explicit Wire(TransferRegistry& owner) : registry(owner) {}
    http::Attempt send_once(const http::Request& request) override {
      return registry.answer(request);
    }
    TransferRegistry& registry;
  };

  /// The stall limit of one request.
  struct Line {
    Result<void> quiet(unsigned seconds, bool awaiting_answer = false) {
      for (unsigned i = 0; i < seconds; ++i) {
        registry.pass(std::chrono::seconds(1));
        if (request.sink != nullptr) TRY(request.sink->poll());
        const Time now{std::chrono::milliseconds(registry.passed_)};
        if (watch.stalled(moved, false, awaiting_answer, now))
          return watch.error(request.url.authority());
      }
      return {};
    }
    TransferRegistry& registry;
    const http::Request& request;
    std::int64_t moved = 0;
    http::StallWatch watch{kStallSeconds};
  };
  static constexpr unsigned kForEver = 10'000;

  // What was read of a body, in the place of the body.
  struct Read final : Source {
    Read(std::string bytes, std::optional<std::uint64_t> announced)
        : text(std::move(bytes)), announced_size(announced) {}
    std::optional<std::uint64_t> size() const override { return announced_size; }
    Result<std::size_t> read(std::span<std::uint8_t> buffer) override { return text.read(buffer); }
    Result<void> seek(std::uint64_t offset) override { return text.seek(offset); }
    http::TextSource text;
    std::optional<std::uint64_t> announced_size;
  };

  static bool is_fetch(const http::Request& request) {
    return request.method == "GET" && request.sink != nullptr;
  }

  http::Attempt answer(const http::Request& request) {
    Plan plan;
    {
      const std::lock_guard lock(mutex_);
      ++requests;
      const auto authorization = request.headers.get("Authorization");
      if (request.url.host != "reg.example" && authorization) leaked = true;
      plan = planner_(request);
      const auto token = token_of(authorization);
      if (const auto used = good_.find(token);
          used != good_.end() && plan.trouble == Trouble::expired_token)
        used->second = false;
      if (plan.trouble == Trouble::busy) {
        auto response = reply(request, plan.status);
        if (!plan.retry_after.empty()) response.headers.set("Retry-After", plan.retry_after);
        return {response};
      }
      if (plan.trouble == Trouble::reset_before) return {lost()};
      if (request.url.path == "/token")
        return {reply(request, 200, R"({"token":"t)" + std::to_string(++issued_) + "\"}")};
      if (request.url.host == "reg.example" && !admits(token)) {
        auto response = reply(request, 401);
        response.headers.set("WWW-Authenticate", "Bearer realm=\"https://auth.example/token\"");
        return {response};
      }
    }
    if (is_fetch(request)) return fetched(request, plan);
    Line line{*this, request};
    auto outcome = done(request, plan, line);
    if (!outcome) return {std::move(outcome).error()};
    if (plan.trouble == Trouble::reset_after) return {lost()};
    if (plan.trouble == Trouble::silent) return {line.quiet(kForEver, true).error()};
    return {*std::move(outcome)};
  }

  static std::uint64_t token_of(const std::optional<std::string>& authorization) {
    if (!authorization || !authorization->starts_with("Bearer t")) return 0;
    return parse_u64(std::string_view(*authorization).substr(8)).value_or(0);
  }

  bool admits(std::uint64_t token) {
    return token != 0 && good_.emplace(token, true).first->second;
  }

  Result<http::Response> done(const http::Request& request, const Plan& plan, Line& line) {
    const auto path = request.url.path.substr(kRepository.size());
    if (path.starts_with("blobs/")) return upload(request, plan, line);
    const auto body = TRY(read(request, plan, line));
    const std::lock_guard lock(mutex_);
    const auto target = path.substr(path.find('/') + 1);
    if (path.starts_with("referrers/")) return listed(request, target);
    return request.method == "PUT" ? put(request, target, body) : manifest(request, target, plan);
  }

  // The body as it arrives; less than all of it, as the plan says.
  Result<std::string> read(const http::Request& request, const Plan& plan, Line& line) {
    if (request.body == nullptr) return std::string();
    const auto size = request.body->size().value_or(0);
    const bool partly = plan.trouble == Trouble::reset_in_body ||
                        plan.trouble == Trouble::stall_in_body ||
                        plan.trouble == Trouble::take_less;
    const auto limit =
        partly ? static_cast<std::uint64_t>(plan.at * static_cast<double>(size)) : UINT64_MAX;
    std::string text;
    Bytes buffer(1 + piece);
    while (text.size() < limit) {
      const auto wanted = std::min<std::uint64_t>(buffer.size(), limit - text.size());
      const auto count = TRY(request.body->read(std::span(buffer).first(wanted)));
      if (count == 0) break;
      text.append(as_text(BytesView(buffer).first(count)));
      line.moved += static_cast<std::int64_t>(count);
      if (plan.trouble == Trouble::drip) TRY(line.quiet(plan.gap));
    }
    if (plan.trouble == Trouble::spoil && !text.empty())
      text[std::min(text.size() - 1, static_cast<std::size_t>(plan.at * double(size)))] ^= 1;
    return text;
  }

  Result<http::Response> upload(const http::Request& request, const Plan& plan, Line& line) {
    auto body = TRY(read(request, plan, line));
    Fault fault{.kind = Kind::none, .bytes = body.size()};
    if (plan.trouble == Trouble::reset_in_body || plan.trouble == Trouble::stall_in_body)
      fault.kind = Kind::reset_in_body;
    if (plan.trouble == Trouble::take_less) fault.kind = Kind::take_less;
    if (plan.trouble == Trouble::lose_session) fault.kind = Kind::lose_session;
    Read arrived(std::move(body), request.body == nullptr ? std::nullopt : request.body->size());
    auto passed_on = request;
    passed_on.headers.remove("Authorization");
    if (request.body != nullptr) passed_on.body = &arrived;
    const std::lock_guard lock(mutex_);
    uploads.fault = [&](const auto&) { return fault; };
    auto response = uploads.send(passed_on);
    if (response || plan.trouble != Trouble::stall_in_body) return response;
    return line.quiet(kForEver).error();
  }

  Result<http::Response> put(const http::Request& request, const std::string& target,
                             const std::string& body) {
    const auto type = request.headers.get("Content-Type").value_or("");
    const auto descriptor = Descriptor::of(type, body);
    const auto parsed = parse_manifest(body, type);
    if (!parsed) return reply(request, 400);
    for (const auto& part : parts_of(*parsed)) {
      if (!uploads.blobs.contains(part)) return reply(request, 404);
    }
    const auto name = descriptor.digest.text();
    uploads.blobs[name] = body;
    manifests.insert_or_assign(name, descriptor);
    if (!Digest::parse(target)) tags[target] = name;
    auto response = reply(request, 201);
    response.headers.set("Docker-Content-Digest", name);
    if (parsed->subject) response.headers.set("OCI-Subject", parsed->subject->digest.text());
    return response;
  }
  static std::vector<std::string> parts_of(const Manifest& manifest) {
    std::vector<std::string> out{manifest.config.digest.text()};
    for (const auto& layer : manifest.layers) out.push_back(layer.digest.text());
    return out;
  }

  Result<http::Response> manifest(const http::Request& request, const std::string& target,
                                  const Plan& plan) {
    const auto tag = tags.find(target);
    const auto name = tag == tags.end() ? target : tag->second;
    const auto found = manifests.find(name);
    if (found == manifests.end()) return reply(request, 404);
    auto response = reply(request, 200, uploads.blobs.at(name));
    response.headers.set("Content-Type", found->second.media_type);
    response.headers.set("Docker-Content-Digest", name);
    if (plan.trouble == Trouble::wrong_byte) response.body[response.body.size() / 2] ^= 1;
    return response;
  }

  Result<http::Response> listed(const http::Request& request, const std::string& subject) {
    Index index;
    for (const auto& [name, descriptor] : manifests) {
      const auto parsed = TRY(parse_manifest(uploads.blobs.at(name), descriptor.media_type));
      if (!parsed.subject || parsed.subject->digest.text() != subject) continue;
      auto entry = descriptor;
      entry.artifact_type = parsed.artifact_type;
      index.manifests.push_back(std::move(entry));
    }
    auto response = reply(request, 200, serialize(index));
    response.headers.set("Content-Type", std::string(kIndexType));
    return response;
  }

  http::Attempt fetched(const http::Request& request, const Plan& plan) {
    if (redirects && request.url.host == "reg.example") {
      auto response = reply(request, 307);
      response.headers.set("Location", "https://storage.example" + request.url.path + "?sig=1");
      return {response};
    }
    if (plan.trouble == Trouble::expired_url && redirects) return {reply(request, 403)};
    std::string bytes;
    {
      const std::lock_guard lock(mutex_);
      const auto& path = request.url.path;
      const auto found = uploads.blobs.find(path.substr(path.rfind('/') + 1));
      if (found == uploads.blobs.end()) return {reply(request, 404)};
      bytes = found->second;
    }
    auto response = reply(request, 200);
    const auto asked = asked_range(request);
    if (asked && has_ranges && plan.trouble != Trouble::whole) {
      const auto [first, last] = *asked;
      if (first > last || last >= bytes.size()) return {reply(request, 416)};
      const std::uint64_t shift = plan.trouble == Trouble::foreign_range ? 1 : 0;
      response.status = 206;
      if (plan.trouble != Trouble::missing_range) {
        response.headers.set("Content-Range", "bytes " + std::to_string(first + shift) + "-" +
                                                  std::to_string(last + shift) + "/" +
                                                  std::to_string(bytes.size() + 2 * shift));
      }
      bytes = bytes.substr(first, last - first + 1);
    }
    return body(request, plan, std::move(response), std::move(bytes));
  }

  // "bytes=FIRST-LAST"
  static std::optional<std::pair<std::uint64_t, std::uint64_t>> asked_range(
      const http::Request& request) {
    const auto header = request.headers.get("Range");
    if (!header) return std::nullopt;
    const auto dash = header->find('-');
    const std::string_view text = *header;
    return std::pair(parse_u64(text.substr(6, dash - 6)).value_or(1),
                     parse_u64(text.substr(dash + 1)).value_or(0));
  }

  http::Attempt body(const http::Request& request, const Plan& plan, http::Response response,
                     std::string bytes) {
    const auto at = static_cast<std::size_t>(plan.at * static_cast<double>(bytes.size()));
    const bool breaks = plan.trouble == Trouble::cut || plan.trouble == Trouble::stall;
    if (plan.trouble == Trouble::encoded) response.headers.set("Content-Encoding", "gzip");
    if (plan.trouble == Trouble::wrong_byte && !bytes.empty())
      bytes[std::min(at, bytes.size() - 1)] ^= 1;
    // A body that is cut off without a length ends like any other.
    if (plan.trouble != Trouble::short_body)
      response.headers.set("Content-Length", std::to_string(bytes.size()));
    if (breaks || plan.trouble == Trouble::short_body) bytes.resize(at);
    Line line{*this, request};
    bool final = false;
    if (auto fed = feed(request, plan, line, response, bytes, final); !fed)
      return {std::move(fed).error(), true, final};
    if (plan.trouble == Trouble::cut || plan.trouble == Trouble::reset_after) return {lost()};
    if (plan.trouble == Trouble::stall || plan.trouble == Trouble::silent)
      return {line.quiet(kForEver).error()};
    return {std::move(response)};
  }

  static Result<void> feed(const http::Request& request, const Plan& plan, Line& line,
                           const http::Response& response, const std::string& bytes, bool& final) {
    final = true;  // the sink's own errors
    TRY(request.sink->begin(response.status, response.headers));
    for (std::size_t from = 0; from < bytes.size(); from += line.registry.piece) {
      const auto part = std::string_view(bytes).substr(from, line.registry.piece);
      line.moved += static_cast<std::int64_t>(part.size());
      if (plan.trouble == Trouble::drip) TRY(line.quiet(plan.gap));
      TRY(request.sink->poll());
      TRY(request.sink->write(as_bytes(part)));
    }
    final = false;
    return {};
  }

  std::unique_ptr<http::Transport> inner_;
  Planner planner_;
  std::mutex mutex_;
  std::atomic<std::int64_t> passed_{0};  // milliseconds
  std::uint64_t issued_ = 0;
  std::map<std::uint64_t, bool> good_;  // of the tokens that were used: still so
};

}  // namespace mpk::oci::test
