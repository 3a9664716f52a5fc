// UploadSessions.
#include "oci/upload_session.hpp"

#include "base/text.hpp"

namespace mpk::oci {

std::optional<std::uint64_t> parse_upload_range(std::string_view header) {
  header = trim(header);
  for (const std::string_view unit : {"bytes=", "bytes "}) {
    if (header.starts_with(unit)) header.remove_prefix(unit.size());
  }
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_u64(header.substr(0, dash));
  const auto last = parse_u64(header.substr(dash + 1));
  if (!first || !last || *last < *first || *last == UINT64_MAX) return std::nullopt;
  return *last + 1;
}

Result<Url> UploadSessions::location(const http::Response& response) const {
  auto header = response.headers.get("Location");
  if (!header) {
    return Error(ErrorKind::malformed,
                 client_.base().authority() + ": an upload answer without Location");
  }
  auto url = TRY(response.url.resolve(*header));
  if (response.url.scheme == "https" && url.scheme != "https") {
    return Error(ErrorKind::denied, client_.base().authority() + ": its upload location is " +
                                        url.redacted() + ", not https");
  }
  return url;
}

Result<Url> UploadSessions::known_location(const std::string& text) const {
  auto url = TRY(Url::parse(text));
  if (client_.base().scheme == "https" && url.scheme != "https")
    return Error(ErrorKind::denied, "a noted upload location is not https");
  return url;
}

Result<UploadSession> UploadSessions::opened(const http::Response& response) const {
  auto url = TRY(location(response));
  const auto least = parse_u64(response.headers.get("OCI-Chunk-Min-Length").value_or(""));
  return UploadSession{.location = std::move(url), .offset = 0, .least = least.value_or(0)};
}

Result<UploadSession> UploadSessions::open(DigestAlgorithm algorithm) {
  http::TextSource empty("");
  auto url = client_.url("blobs/uploads/");
  // distribution-spec, "Pushing blobs": SHA-256 is what registries expect.
  if (algorithm != DigestAlgorithm::sha256)
    url = url.with_query("digest-algorithm", to_string(algorithm));
  auto request = client_.request("POST", std::move(url));
  request.body = &empty;
  request.redirects = http::Redirects::all;
  auto response = TRY(client_.send(std::move(request), Access::push));
  if (response.status != 202) return client_.error(response, "upload");
  return opened(response);
}

Result<UploadSessions::Mounted> UploadSessions::mount(const Digest& digest,
                                                      const std::string& from) {
  http::TextSource empty("");
  auto url =
      client_.url("blobs/uploads/").with_query("mount", digest.text()).with_query("from", from);
  auto request = client_.request("POST", url);
  request.body = &empty;
  auto response =
      TRY(client_.send(std::move(request), Access::push, {"repository:" + from + ":pull"}));
  if (response.status == 201) return Mounted{.done = true, .session = {}};
  // 202: the registry opened a session instead; it is used, not left behind.
  if (response.status != 202) return Mounted{};
  auto session = TRY(opened(response));
  return Mounted{.done = false, .session = std::move(session)};
}

Result<std::optional<UploadSession>> UploadSessions::standing(const UploadSession& session,
                                                              std::uint64_t size) {
  auto response = TRY(client_.send(client_.request("GET", session.location), Access::push));
  if (response.status >= 500 || response.status == 429)
    return client_.error(response, "upload").with_kind(ErrorKind::network);
  const auto range = parse_upload_range(response.headers.get("Range").value_or(""));
  const bool success = response.status >= 200 && response.status <= 299;
  if (!success || !range || *range > size || *range == 1) return std::optional<UploadSession>();
  auto found = session;
  found.offset = *range;
  if (response.headers.get("Location")) found.location = TRY(location(response));
  return std::optional(std::move(found));
}

void UploadSessions::cancel(const UploadSession& session) {
  auto ignored = client_.send(client_.request("DELETE", session.location), Access::push);
  static_cast<void>(ignored);
}

}  // namespace mpk::oci
