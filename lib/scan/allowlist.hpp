// The names that a pickle may import, each with what it may be used for.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace mpk::scan {

/// What may be done with a name; without any of these it may only be mentioned.
inline constexpr unsigned kCall = 1;      // REDUCE
inline constexpr unsigned kNew = 2;       // NEWOBJ, OBJ, INST, copyreg._reconstructor
inline constexpr unsigned kState = 4;     // BUILD on what came out, with a plain state
inline constexpr unsigned kItems = 8;     // SETITEM(S) on it
inline constexpr unsigned kAppend = 16;   // APPEND(S) on it
inline constexpr unsigned kStorage = 32;  // type of a PyTorch storage in a persistent id
inline constexpr unsigned kFactory = 64;  // what collections.defaultdict may make

/// Which arguments a call may have.
enum class Arguments {
  any,
  latin1,       // (text, "latin1"): how protocol 2 stores bytes
  reconstruct,  // (class, object, None): how protocols 0 and 1 make objects
  array,        // (numpy.ndarray, shape, type code)
  rebuild,      // (a rebuild function of PyTorch, a tensor class, arguments, state)
  factory,      // (), or (a type of builtins, …)
};

/// A module and a name as they stand in the pickle, exactly: no patterns, no dotted names.
struct Allowed {
  std::string_view module, name;
  unsigned uses;
  std::string_view why;
  Arguments arguments = Arguments::any;
};

std::span<const Allowed> allowlist();
/// nullptr: not on it.
const Allowed* find_allowed(std::string_view module, std::string_view name);
/// Whether the module is one of those that exploits use: it makes a finding critical, its absence
/// makes nothing harmless.
bool is_notorious(std::string_view module, std::string_view name);

}  // namespace mpk::scan
