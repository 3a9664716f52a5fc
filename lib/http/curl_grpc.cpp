// gRPC calls on libcurl: HTTP/2 with prior knowledge, over a Unix or TCP socket of this machine.
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "http/curl_fault.hpp"
#include "http/curl_library.hpp"
#include "http/grpc.hpp"
#include "http/grpc_frame.hpp"
#include "http/wire.hpp"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace mpk::http {
namespace {

struct FreeEasy {
  void operator()(CURL* easy) const { curl().curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl().curl_slist_free_all(list); }
};

struct Answer {
  Headers fields;  // of the header and of the trailers
  std::string body;
  std::size_t header_bytes = 0;
  bool over = false;
  const CancelToken* cancel = nullptr;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& answer = *static_cast<Answer*>(self);
  const std::string_view line(data, size * count);
  answer.header_bytes += line.size();
  answer.over = answer.header_bytes > limits::kHeaderBytes;
  if (answer.over) return 0;
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    answer.fields.set(trim(line.substr(0, colon)), std::string(trim(line.substr(colon + 1))));
  }
  return line.size();
}

std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self) {
  auto& answer = *static_cast<Answer*>(self);
  const std::string_view piece(data, size * count);
  answer.over = piece.size() > limits::kApiResponse - answer.body.size();
  if (answer.over) return 0;
  answer.body += piece;
  return piece.size();
}

int on_progress(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Answer*>(self)->cancel->cancelled() ? 1 : 0;
}

struct Place {
  std::string url;
  std::string socket;  // empty: TCP
};

// SPIFFE Workload Endpoint §4: unix with a path and no authority, tcp with an IP address and port.
Result<Place> place_of(const GrpcCall& call) {
  constexpr std::string_view kUnix = "unix://";
  constexpr std::string_view kTcp = "tcp://";
  const std::string_view endpoint = call.endpoint;
  if (endpoint.starts_with(kUnix) && endpoint.size() > kUnix.size() &&
      endpoint[kUnix.size()] == '/') {
    return Place{.url = "http://localhost" + call.method,
                 .socket = std::string(endpoint.substr(kUnix.size()))};
  }
  if (endpoint.starts_with(kTcp)) {
    const auto url = Url::parse("http://" + std::string(endpoint.substr(kTcp.size())));
    if (url && url->port && url->path == "/" && url->query.empty() && url->userinfo.empty())
      return Place{.url = "http://" + url->authority() + call.method, .socket = {}};
  }
  return Error(ErrorKind::usage,
               "\"" + printable(endpoint, 120) + "\": no address of a gRPC endpoint",
               "expected unix:///path/to/socket or tcp://127.0.0.1:PORT");
}

Error failure(CURLcode code, const Answer& answer, const std::string& where, const GrpcCall& call,
              std::string said) {
  if (answer.over) return Error(ErrorKind::too_large, where + ": the answer is too large");
  if (code == CURLE_ABORTED_BY_CALLBACK) return Error(ErrorKind::cancelled, "interrupted");
  return error_of({.code = code,
                   .host = where,
                   .said = std::move(said),
                   .connected = true,
                   .seconds = call.timeout_seconds});
}

}  // namespace

Result<GrpcReply> call_grpc(const GrpcCall& call, const CancelToken& cancel) {
  TRY(cancel.check());
  const auto place = TRY(place_of(call));
  TRY(load_curl());
  const std::unique_ptr<CURL, FreeEasy> easy(curl().curl_easy_init());
  if (!easy) return Error(ErrorKind::internal, "libcurl: could not be started");

  auto lines = TRY(header_lines(call.metadata));
  lines.insert(lines.end(), {"Content-Type: application/grpc", "TE: trailers", "Expect:"});
  std::unique_ptr<curl_slist, FreeList> list;
  for (const auto& line : lines) {
    curl_slist* longer = curl().curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) return Error(ErrorKind::internal, "libcurl: no memory for a header");
    static_cast<void>(list.release());
    list.reset(longer);
  }
  const std::string frame = grpc_frame(call.message);
  Answer answer;
  answer.cancel = &cancel;
  std::array<char, CURL_ERROR_SIZE> said{};

  CURLcode setup = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    const CURLcode code = curl().curl_easy_setopt(easy.get(), option, value);
    if (setup == CURLE_OK) setup = code;
  };
  set(CURLOPT_URL, place.url.c_str());
  if (!place.socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, place.socket.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http");
  set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_ERRORBUFFER, said.data());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout_seconds) * 1000L);
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, frame.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(frame.size()));
  set(CURLOPT_HTTPHEADER, list.get());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, &answer);
  set(CURLOPT_WRITEFUNCTION, &on_write);
  set(CURLOPT_WRITEDATA, &answer);
  set(CURLOPT_NOPROGRESS, 0L);
  set(CURLOPT_XFERINFOFUNCTION, &on_progress);
  set(CURLOPT_XFERINFODATA, &answer);
  if (setup != CURLE_OK) return Error(ErrorKind::internal, "libcurl: " + curl_words(setup));

  if (const CURLcode code = curl().curl_easy_perform(easy.get()); code != CURLE_OK)
    return failure(code, answer, call.endpoint, call, said.data());
  long status = 0;
  curl().curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  return read_grpc_answer(status, answer.fields, as_bytes(answer.body)).with(call.endpoint);
}

}  // namespace mpk::http
