// Fuzz entry: reading and verifying a bundle never crashes, and no fuzzed bundle is ever verified.
#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "sigstore/verify.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  static const auto root = sigstore::parse_trusted_root(sigstore::embedded_trusted_root().text);
  if (!root) std::abort();
  sigstore::Expectation expectation{crypto::sha256("nobody has signed this"), {}, true};
  const auto report = sigstore::verify_bundle(as_text({data, size}), expectation, *root, {},
                                              Timestamp::from_seconds(1'800'000'000));
  if (report.verified || report.steps.empty()) std::abort();
  return 0;
}
