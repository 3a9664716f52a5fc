// Which libcurl is in use.
#include "http/library.hpp"

#include <curl/curl.h>

namespace mpk::http {
std::string library_version() { return curl_version(); }
}  // namespace mpk::http
