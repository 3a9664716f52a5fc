// libcurl and its thirty libraries cost more at start-up than a whole verification offline.
#include "http/curl_library.hpp"

#include "base/shared_library.hpp"
#include "http/library.hpp"

namespace mpk::http {
namespace {

CurlLibrary functions;

Result<void> load_functions() {
  const auto library = TRY(SharedLibrary::open("libcurl.so.4"));
#define MPK_CURL_FIND(name) TRY(library.find(#name, functions.name));
  MPK_CURL_FUNCTIONS(MPK_CURL_FIND)
#undef MPK_CURL_FIND
  if (functions.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return {};
  return Error(ErrorKind::internal, "libcurl: could not be started");
}

}  // namespace

Result<void> load_curl() {
  static const Result<void> loaded = load_functions();
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
