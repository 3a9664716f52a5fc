// For tests: the uploads of a registry in memory, with the faults and habits of real ones.
#pragma once

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "http/transport.hpp"
#include "oci/remote_store.hpp"
#include "oci/upload_session.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mpk::oci::test {

inline Error lost() { return {ErrorKind::network, "connection reset"}; }
inline http::Response reply(const http::Request& request, int status, std::string body = {}) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  response.url = request.url;
  return response;
}

/// What goes wrong with one request.
struct Fault {
  enum class Kind {
    none,
    refuse,         // `status`, before a byte is read
    reset_before,   // no answer, nothing was done
    reset_in_body,  // no answer, `bytes` of the body were taken
    reset_after,    // no answer, everything was done
    take_less,      // 2xx, and `bytes` of the body were taken
    lose_session,   // 404 BLOB_UPLOAD_UNKNOWN from now on
    unauthorized,   // 401 until a new token is fetched
  };
  Kind kind = Kind::none;
  int status = 503;
  std::uint64_t bytes = 0;
};

/// A Transport of one repository of https://reg.example: HEAD, POST, GET, PATCH, PUT, DELETE of
/// blobs and upload sessions. Every Location is new, and an old one is worth nothing, unless
/// `any_location`.
class FaultRegistry final : public http::Transport {
 public:
  // Habits.
  bool any_location = false;  // Distribution 3
  bool state_in_location =
      false;  // Distribution 2.8: a Location holds the offset, and must be right
  bool checks_digest = true;
  bool range_stands_still = false;  // ECR
  bool says_range = true;
  int patched = 202;                      // ECR: 201
  std::uint64_t most_patch = 1ULL << 40;  // beyond: `too_much`
  std::uint64_t most_put = 1ULL << 40;    // beyond: 413
  int too_much = 413;                     // ghcr.io: 416
  std::uint64_t least = 0;                // OCI-Chunk-Min-Length
  bool mounts = false;
  /// Asked for each request.
  std::function<Fault(const http::Request&)> fault = [](const auto&) { return Fault(); };

  // What happened.
  struct Session {
    std::string bytes;
    unsigned location = 0;        // the number of the last one
    std::uint64_t first_end = 0;  // for a Range that stands still
  };
  std::map<std::string, std::string> blobs;  // by digest
  std::map<unsigned, Session> sessions;
  std::vector<std::string> log;  // "PATCH 0-9", "PUT", …
  std::uint64_t taken = 0;       // bytes of bodies
  unsigned tokens = 0;

  std::size_t count(std::string_view method) const {
    return static_cast<std::size_t>(std::count_if(log.begin(), log.end(), [&](const auto& line) {
      return line.substr(0, line.find(' ')) == method;
    }));
  }

  Result<http::Response> send(http::Request request) override {
    log.push_back(line_of(request));
    if (request.url.path == "/token") {
      ++tokens;
      return reply(request, 200, R"({"token":"t)" + std::to_string(tokens) + "\"}");
    }
    const auto now = fault(request);
    switch (now.kind) {
      case Fault::Kind::none:
      case Fault::Kind::take_less:
      case Fault::Kind::reset_in_body:
      case Fault::Kind::reset_after:
        break;
      case Fault::Kind::refuse: {
        auto response = reply(request, now.status);
        if (now.status == 429 || now.status == 503) response.headers.set("Retry-After", "1");
        return response;
      }
      case Fault::Kind::reset_before:
        return lost();
      case Fault::Kind::lose_session:
        sessions.clear();
        break;
      case Fault::Kind::unauthorized:
        wanted_ = tokens + 1;
        break;
    }
    if (token_of(request) < wanted_) {
      auto response = reply(request, 401);
      response.headers.set("WWW-Authenticate", "Bearer realm=\"https://reg.example/token\"");
      return response;
    }
    auto response = TRY(answer(request, now));
    if (now.kind == Fault::Kind::reset_after || now.kind == Fault::Kind::reset_in_body)
      return lost();
    return response;
  }

 private:
  static unsigned token_of(const http::Request& request) {
    const auto header = request.headers.get("Authorization").value_or("Bearer t0");
    return static_cast<unsigned>(parse_u64(std::string_view(header).substr(8)).value_or(0));
  }
  static std::string line_of(const http::Request& request) {
    const auto range = request.headers.get("Content-Range");
    return request.method + (range ? " " + *range : "");
  }
  static http::Response unknown(const http::Request& request) {
    return reply(request, 404, R"({"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]})");
  }
  static std::string parameter(const Url& url, std::string_view name) {
    for (const auto part : split(url.query, '&')) {
      if (part.starts_with(std::string(name) + "="))
        return percent_decode(part.substr(name.size() + 1)).value_or("");
    }
    return {};
  }

  // Up to `limit` bytes of the body.
  Result<std::string> read(const http::Request& request, std::uint64_t limit) {
    std::string text;
    Bytes buffer(997);
    while (request.body != nullptr && text.size() < limit) {
      const auto wanted = std::min<std::uint64_t>(buffer.size(), limit - text.size());
      const auto count = TRY(request.body->read(std::span(buffer).first(wanted)));
      if (count == 0) break;
      text.append(as_text(BytesView(buffer).first(count)));
    }
    taken += text.size();
    return text;
  }

  http::Response standing(const http::Request& request, int status, unsigned id, Session& session) {
    auto response = reply(request, status);
    ++session.location;
    response.headers.set("Location", "/v2/acme/llm/blobs/uploads/" + std::to_string(id) +
                                         "?n=" + std::to_string(session.location) +
                                         "&_state=" + std::to_string(session.bytes.size()));
    auto end = session.bytes.size();
    if (range_stands_still && session.first_end == 0) session.first_end = end;
    if (range_stands_still) end = session.first_end;
    if (says_range || request.method == "GET")
      response.headers.set("Range", "0-" + std::to_string(end == 0 ? 0 : end - 1));
    if (least != 0) response.headers.set("OCI-Chunk-Min-Length", std::to_string(least));
    return response;
  }

  Result<http::Response> answer(const http::Request& request, const Fault& now) {
    const auto& path = request.url.path;
    const std::string uploads = "/v2/acme/llm/blobs/uploads/";
    if (request.method == "HEAD") {
      const auto found = blobs.find(path.substr(path.rfind('/') + 1));
      if (found == blobs.end()) return reply(request, 404);
      auto response = reply(request, 200);
      response.headers.set("Content-Length", std::to_string(found->second.size()));
      return response;
    }
    if (request.method == "POST") {
      if (mounts && !parameter(request.url, "mount").empty()) return reply(request, 201);
      const auto id = ++last_;
      return standing(request, 202, id, sessions[id]);
    }
    const auto id = static_cast<unsigned>(parse_u64(path.substr(uploads.size())).value_or(0));
    const auto found = sessions.find(id);
    if (found == sessions.end()) return unknown(request);
    auto& session = found->second;
    if (!any_location && !state_in_location &&
        parameter(request.url, "n") != std::to_string(session.location))
      return unknown(request);
    if (state_in_location &&
        parameter(request.url, "_state") != std::to_string(session.bytes.size())) {
      sessions.erase(found);
      return unknown(request);
    }
    if (request.method == "GET") return standing(request, 204, id, session);
    if (request.method == "DELETE") {
      sessions.erase(found);
      return reply(request, 204);
    }
    return request.method == "PATCH" ? patch(request, now, id, session)
                                     : put(request, now, id, session);
  }

  Result<http::Response> patch(const http::Request& request, const Fault& now, unsigned id,
                               Session& session) {
    const auto length = request.body->size().value_or(0);
    if (length > most_patch) return reply(request, too_much);
    const auto range = request.headers.get("Content-Range");
    if (range && !state_in_location &&
        !range->starts_with(std::to_string(session.bytes.size()) + "-"))
      return reply(request, 416);
    const bool partly =
        now.kind == Fault::Kind::take_less || now.kind == Fault::Kind::reset_in_body;
    session.bytes += TRY(read(request, partly ? now.bytes : UINT64_MAX));
    return standing(request, patched, id, session);
  }

  Result<http::Response> put(const http::Request& request, const Fault& now, unsigned id,
                             Session& session) {
    if (request.body->size().value_or(0) > most_put) return reply(request, 413);
    const bool partly =
        now.kind == Fault::Kind::take_less || now.kind == Fault::Kind::reset_in_body;
    auto bytes = session.bytes + TRY(read(request, partly ? now.bytes : UINT64_MAX));
    if (partly) {
      session.bytes = std::move(bytes);
      return reply(request, 400);
    }
    const auto digest = Digest::parse(parameter(request.url, "digest"));
    sessions.erase(id);
    if (!digest) return reply(request, 400);
    if (checks_digest && crypto::sha256(bytes) != *digest)
      return reply(request, 400, R"({"errors":[{"code":"DIGEST_INVALID"}]})");
    blobs[digest->text()] = std::move(bytes);
    return reply(request, 201);
  }

  unsigned last_ = 0;
  unsigned wanted_ = 0;  // the oldest token that is good
};

/// Text that the next run knows again.
class NamedText final : public Source {
 public:
  explicit NamedText(std::string text, std::string name = "file 1")
      : inner_(std::move(text)), name_(std::move(name)) {}
  std::optional<std::uint64_t> size() const override { return inner_.size(); }
  Result<std::size_t> read(std::span<std::uint8_t> buffer) override {
    if (poll) TRY(poll());
    auto count = inner_.read(buffer);
    if (count) bytes_read += *count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override { return inner_.seek(offset); }
  std::string identity() const override { return name_; }

  std::function<Result<void>()> poll;  // before each read
  std::uint64_t bytes_read = 0;

 private:
  http::TextSource inner_;
  std::string name_;
};

inline std::string upload_text(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 2654435761U) >> 13U);
  return text;
}

/// One run of the program: a store over a registry that outlives it. No pause is made.
struct UploadRun {
  UploadRun(http::Transport& registry, RemoteOptions options, Logger log = {})
      : logger(std::move(log)) {
    options.sleep = [this](unsigned milliseconds) { slept += milliseconds; };
    store = make_remote_store(Reference::parse("reg.example/acme/llm").take(), registry, env,
                              logger, options)
                .take();
  }
  UploadRun(const UploadRun&) = delete;
  UploadRun& operator=(const UploadRun&) = delete;
  ~UploadRun() = default;

  Result<Pushed> stream(const std::string& text, Source& source) const {
    return store->push_stream(source, text.size(),
                              [&]() -> Result<Digest> { return crypto::sha256(text); });
  }
  Result<Pushed> stream(const std::string& text) const {
    NamedText source(text);
    return stream(text, source);
  }
  Result<Pushed> blob(const std::string& text, const std::vector<std::string>& from = {}) const {
    NamedText source(text);
    return store->push_blob(Descriptor::of("a/b", text), source, from);
  }
  /// As pack does: streams, and if that is refused hashes first.
  Result<Pushed> either(const std::string& text) const {
    auto pushed = stream(text);
    if (pushed || pushed.error().kind() != ErrorKind::unsupported) return pushed;
    return blob(text);
  }

  MapEnv env;
  Logger logger;
  unsigned slept = 0;  // milliseconds
  std::unique_ptr<Store> store;
};

}  // namespace mpk::oci::test
