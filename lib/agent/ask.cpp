// Ask: which era the server is of (MCP 2026-07-28, basic/versioning), then its lists, page by page.
#include "agent/ask.hpp"

#include "agent/gathering.hpp"
#include "base/text.hpp"
#include "json/read.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace mpk::agent {
namespace {

constexpr std::string_view kModern = "2026-07-28";
constexpr std::array<std::string_view, 4> kLegacy = {"2025-11-25", "2025-06-18", "2025-03-26",
                                                     "2024-11-05"};
constexpr std::int64_t kUnsupportedVersion = -32022;
// A server of the older kind need not answer what it does not know.
constexpr std::chrono::seconds kProbe{5};

struct Refusal {
  std::int64_t code = 0;
  std::string message;
  std::vector<std::string> supported;  // of an UnsupportedProtocolVersionError
};

Refusal refusal_of(const Json& error) {
  Refusal out;
  if (!error.is_object()) return out;
  if (error.contains("code") && error["code"].is_number_integer())
    out.code = error["code"].get<std::int64_t>();
  if (error.contains("message") && error["message"].is_string())
    out.message = error["message"].get<std::string>();
  const auto data = error.find("data");
  if (data == error.end() || !data->is_object() || !data->contains("supported")) return out;
  for (const auto& version : (*data)["supported"]) {
    if (version.is_string()) out.supported.push_back(version.get<std::string>());
  }
  return out;
}

bool is_legacy(const std::string& version) {
  return std::find(kLegacy.begin(), kLegacy.end(), version) != kLegacy.end();
}

class Asking {
 public:
  Asking(Channel& channel, const AskOptions& options)
      : channel_(channel),
        options_(options),
        until_(std::chrono::steady_clock::now() + std::chrono::seconds(options.timeout_seconds)) {}

  Result<Server> run() {
    if (!TRY(discover())) TRY(initialize());
    Gathering& gathering = gathering_;
    TRY(list("tools/list", [&](const Json& page) { return gathering.tools(page); }));
    if (has_prompts_)
      TRY(list("prompts/list", [&](const Json& page) { return gathering.prompts(page); }));
    return gathering_.finish({});
  }

 private:
  Json client_info() const { return {{"name", "mpk"}, {"version", options_.client_version}}; }

  Json request(const char* method, Json params) {
    if (modern_) {
      Json meta = Json::object();
      meta["io.modelcontextprotocol/protocolVersion"] = kModern;
      meta["io.modelcontextprotocol/clientInfo"] = client_info();
      meta["io.modelcontextprotocol/clientCapabilities"] = Json::object();
      params["_meta"] = std::move(meta);
    }
    return {{"jsonrpc", "2.0"}, {"id", next_id_++}, {"method", method}, {"params", params}};
  }

  // The result; or the error, which is the server's and not the channel's.
  Result<Json> result_of(const char* method, const Json& response) {
    if (response.contains("error")) {
      const auto refusal = refusal_of(response["error"]);
      return Error(ErrorKind::malformed, std::string(method) + ": the server answers with error " +
                                             std::to_string(refusal.code) + ": " +
                                             printable(refusal.message, 200));
    }
    const auto& result = response["result"];
    if (!result.is_object())
      return Error(ErrorKind::malformed, std::string(method) + ": the result is no object");
    // 2026-07-28: a server may want input first; a list that depends on it can't be pinned.
    const auto type = result.find("resultType");
    if (type != result.end() && *type != Json("complete")) {
      return Error(ErrorKind::unsupported, std::string(method) + ": the result is " +
                                               printable(json::compact(*type), 40) +
                                               ", expected \"complete\"");
    }
    return result;
  }

  void note_capabilities(const Json& result) {
    const auto capabilities = result.find("capabilities");
    has_prompts_ = capabilities != result.end() && capabilities->is_object() &&
                   capabilities->contains("prompts") && (*capabilities)["prompts"].is_object();
  }

  // Whether the server is of the modern era; then it has told who it is.
  Result<bool> discover() {
    modern_ = true;
    channel_.use_version(std::string(kModern));
    const auto probe_until = std::min(until_, std::chrono::steady_clock::now() + kProbe);
    auto response = channel_.call(request("server/discover", Json::object()), probe_until);
    modern_ = false;
    if (!response) {
      const auto kind = response.error().kind();
      if (kind == ErrorKind::network) {
        // It may have ended because of a method that it does not know.
        TRY(channel_.restart());
        return false;
      }
      if (kind == ErrorKind::timeout || kind == ErrorKind::not_found) return false;
      return std::move(response).error();
    }
    if (response->contains("error")) {
      const auto refusal = refusal_of((*response)["error"]);
      if (refusal.code != kUnsupportedVersion || refusal.supported.empty() ||
          std::any_of(refusal.supported.begin(), refusal.supported.end(), is_legacy))
        return false;
      return no_common_version(refusal.supported);
    }
    const auto result = TRY(result_of("server/discover", *response));
    const auto versions =
        TRY(json::Field(result, "server/discover").optional_strings("supportedVersions"));
    if (std::find(versions.begin(), versions.end(), kModern) == versions.end()) {
      if (versions.empty() || std::any_of(versions.begin(), versions.end(), is_legacy))
        return false;
      return no_common_version(versions);
    }
    modern_ = true;
    note_capabilities(result);
    TRY(gathering_.info(result));
    return true;
  }

  static Error no_common_version(const std::vector<std::string>& supported) {
    return Error(ErrorKind::unsupported, "the server speaks MCP " +
                                             printable(join(supported, ", "), 200) +
                                             ", mpk up to " + std::string(kModern));
  }

  Result<void> initialize() {
    channel_.use_version({});
    const auto response =
        TRY(channel_.call(request("initialize", {{"protocolVersion", kLegacy.front()},
                                                 {"capabilities", Json::object()},
                                                 {"clientInfo", client_info()}}),
                          until_));
    const auto result = TRY(result_of("initialize", response));
    const auto version = TRY(json::Field(result, "initialize").string("protocolVersion"));
    if (!is_legacy(version)) return no_common_version({version});
    channel_.use_version(version);
    note_capabilities(result);
    TRY(gathering_.info(result));
    return channel_.notify({{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}}, until_);
  }

  template <class Take>
  Result<void> list(const char* method, const Take& take) {
    std::optional<std::string> cursor;
    do {
      Json params = Json::object();
      if (cursor) params["cursor"] = *cursor;
      const auto response = TRY(channel_.call(request(method, std::move(params)), until_));
      const auto result = TRY(result_of(method, response));
      auto next = take(result);
      if (!next) return std::move(next).error().with(method);
      cursor = next.take();
    } while (cursor);
    return {};
  }

  Channel& channel_;
  const AskOptions& options_;
  Time until_;
  bool modern_ = false, has_prompts_ = false;
  int next_id_ = 1;
  Gathering gathering_;
};

}  // namespace

Result<Server> ask(Channel& channel, const AskOptions& options) {
  auto server = Asking(channel, options).run();
  channel.close();
  return server;
}

}  // namespace mpk::agent
