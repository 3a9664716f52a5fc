// Fuzz entry: a key file that opens holds a key whose signatures hold; none crashes. The password
// is the empty one.
#include "base/bytes.hpp"
#include "base/env.hpp"
#include "keys/key_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const MapEnv env;
  const keys::KeyAccess access{env, nullptr};
  const std::string_view text = as_text({data, size});
  const auto key = keys::read_private_key(text, "fuzz", access);
  const auto half = keys::read_public_key(text, "fuzz", access);
  if (!key) return 0;
  if (!half || !(*half == key->public_key())) std::abort();
  return 0;
}
