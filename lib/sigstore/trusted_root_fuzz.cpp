// Fuzz entry: what is read as a trusted root, signing config or trust config is complete.
#include "base/bytes.hpp"
#include "sigstore/signing_config.hpp"
#include "sigstore/trusted_root.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const auto text = as_text({data, size});
  if (const auto root = sigstore::parse_trusted_root(text)) {
    for (const auto& log : root->tlogs) {
      if (log.log_id.empty()) std::abort();
    }
    for (const auto& authority : root->certificate_authorities) {
      if (authority.chain.empty()) std::abort();
    }
  }
  if (const auto parts = sigstore::parse_trust_config(text)) {
    static_cast<void>(sigstore::parse_trusted_root(parts->trusted_root));
  }
  if (const auto config = sigstore::parse_signing_config(text)) {
    const auto chosen =
        sigstore::select_services(config->rekor, config->rekor_selector, config->rekor_count,
                                  {1, 2}, Timestamp::from_seconds(1'800'000'000), "a log");
    if (chosen && chosen->empty()) std::abort();
  }
  return 0;
}
