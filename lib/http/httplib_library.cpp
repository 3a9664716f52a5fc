// cpp-httplib and its five libraries cost every start 1 ms, and only servers need them.
#include "http/httplib_library.hpp"

#ifdef MPK_LATE_HTTPLIB
#include "base/shared_library.hpp"

#include <array>

// A class of C++ can't be looked up as a table of C functions is. So each function that server.cpp
// calls is defined here under its own name, as a jump to where the library has it.
#define MPK_STRING "KNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE"
#define MPK_HTTPLIB_FUNCTIONS(F)                                                           \
  F("_ZN7httplib6ServerC2Ev")                                                              \
  F("_ZN7httplib6ServerD2Ev")                                                              \
  F("_ZN7httplib6Server23set_pre_routing_handlerESt8functionIFNS0_15HandlerResponseERKNS_" \
    "7RequestERNS_8ResponseEEE")                                                           \
  F("_ZN7httplib6Server24process_and_close_socketEi")                                      \
  F("_ZN7httplib6Server24set_post_routing_handlerESt8functionIFvRKNS_7RequestERNS_"        \
    "8ResponseEEE")                                                                        \
  F("_ZN7httplib6Server15process_requestERNS_6StreamEbRbRKSt8functionIFvRNS_7Request"      \
    "EEE")                                                                                 \
  F("_ZNK7httplib6Server8is_validEv")                                                      \
  F("_ZN7httplib8Response10set_headerER" MPK_STRING "S8_")                                 \
  F("_ZN7httplib8Response11set_contentER" MPK_STRING "S8_")                                \
  F("_ZN7httplib8Response20set_content_providerEmR" MPK_STRING                             \
    "St8functionIFbmmRNS_8DataSinkEEES9_IFvbEE")

#define MPK_NAME(name) name,
constexpr std::array kNames = {MPK_HTTPLIB_FUNCTIONS(MPK_NAME)};

extern "C" {
// Where the library has them, in the order of kNames.
__attribute__((visibility("hidden"))) void (*mpk_httplib_functions[kNames.size()])() = {};
}

#define MPK_JUMP(name)                                    \
  ".globl " name                                          \
  "\n"                                                    \
  ".hidden " name                                         \
  "\n"                                                    \
  ".type " name ", @function\n" name                      \
  ":\n"                                                   \
  "endbr64\n"                                             \
  "jmp *mpk_httplib_functions+8*mpk_httplib_next(%rip)\n" \
  ".set mpk_httplib_next, mpk_httplib_next+1\n"
asm(".text\n"
    ".set mpk_httplib_next, 0\n" MPK_HTTPLIB_FUNCTIONS(MPK_JUMP));

namespace mpk::http {
namespace {

Result<void> find_all() {
  const auto library = TRY(SharedLibrary::open("libcpp-httplib.so.0.11"));
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    TRY(library.find(kNames[i], mpk_httplib_functions[i]));
  }
  return {};
}

}  // namespace

Result<void> load_httplib() {
  static const Result<void> loaded = find_all();
  return loaded;
}

}  // namespace mpk::http

#else

namespace mpk::http {

Result<void> load_httplib() { return {}; }

}  // namespace mpk::http
#endif
