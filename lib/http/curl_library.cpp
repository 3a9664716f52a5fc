// libcurl and its thirty libraries cost more at start-up than a whole verification offline.
#include "http/curl_library.hpp"

#include "http/library.hpp"

namespace mpk::http {
namespace {

CurlLibrary functions;

Result<void> load_and_start() {
  TRY(SharedLibrary::load("libcurl.so.4", functions));
  if (functions.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return {};
  return Error(ErrorKind::internal, "libcurl: could not be started");
}

}  // namespace

Result<void> load_curl() {
  static const Result<void> loaded = load_and_start();
  return loaded;
}

const CurlLibrary& curl() { return functions; }

std::string curl_words(CURLcode code) {
  const auto loaded = load_curl();
  return loaded ? curl().curl_easy_strerror(code) : loaded.error().message();
}

std::string library_version() {
  const auto loaded = load_curl();
  return loaded ? curl().curl_version() : loaded.error().message();
}

}  // namespace mpk::http
