// libcurl's functions, loaded when the first of them is needed; private to this module.
#pragma once

#include "base/result.hpp"
#include "base/shared_library.hpp"

#include <curl/curl.h>

#include <string>

namespace mpk::http {

#define MPK_CURL_FUNCTIONS(F) \
  F(curl_easy_cleanup)        \
  F(curl_easy_getinfo)        \
  F(curl_easy_init)           \
  F(curl_easy_perform)        \
  F(curl_easy_setopt)         \
  F(curl_easy_strerror)       \
  F(curl_global_init)         \
  F(curl_multi_add_handle)    \
  F(curl_multi_cleanup)       \
  F(curl_multi_info_read)     \
  F(curl_multi_init)          \
  F(curl_multi_perform)       \
  F(curl_multi_poll)          \
  F(curl_multi_remove_handle) \
  F(curl_multi_setopt)        \
  F(curl_slist_append)        \
  F(curl_slist_free_all)      \
  F(curl_version)

MPK_LIBRARY_TABLE(CurlLibrary, MPK_CURL_FUNCTIONS);

/// Loads and initialises it, once. Thread-safe. not_found: it is not installed; internal.
Result<void> load_curl();
/// After load_curl() was right.
const CurlLibrary& curl();
/// What libcurl says of a code.
std::string curl_words(CURLcode code);

}  // namespace mpk::http
