// p11-kit's functions, loaded when the first of them is needed; private to this module.
#pragma once

#include "base/result.hpp"
#include "base/shared_library.hpp"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

namespace mpk::keys {

#define MPK_PKCS11_KIT_FUNCTIONS(F)       \
  F(p11_kit_message)                      \
  F(p11_kit_module_finalize)              \
  F(p11_kit_module_for_name)              \
  F(p11_kit_module_initialize)            \
  F(p11_kit_module_load)                  \
  F(p11_kit_module_release)               \
  F(p11_kit_modules_finalize_and_release) \
  F(p11_kit_modules_load_and_initialize)  \
  F(p11_kit_strerror)                     \
  F(p11_kit_uri_any_unrecognized)         \
  F(p11_kit_uri_free)                     \
  F(p11_kit_uri_get_attribute)            \
  F(p11_kit_uri_get_module_name)          \
  F(p11_kit_uri_get_module_path)          \
  F(p11_kit_uri_get_pin_source)           \
  F(p11_kit_uri_get_pin_value)            \
  F(p11_kit_uri_get_slot_id)              \
  F(p11_kit_uri_match_token_info)         \
  F(p11_kit_uri_new)                      \
  F(p11_kit_uri_parse)

MPK_LIBRARY_TABLE(Pkcs11Kit, MPK_PKCS11_KIT_FUNCTIONS);

/// Loads it, once. Thread-safe. not_found: it is not installed.
Result<void> load_pkcs11_kit();
/// After load_pkcs11_kit() was right.
const Pkcs11Kit& pkcs11_kit();

}  // namespace mpk::keys
