// Fuzz entry: whatever hosts.toml says, a mirror is an origin, and below it a repository's name.
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "oci/mirrors.hpp"
#include "oci/reference.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mpk;
  const Logger logger(LogLevel::warning, [](LogLevel, std::string_view text) {
    if (!is_valid_utf8(text) || text.find('\n') != std::string_view::npos) std::abort();
  });
  const auto mirrors = oci::parse_hosts(as_text({data, size}), "hosts.toml", logger);
  if (!mirrors) {
    if (mirrors.error().kind() != ErrorKind::malformed) std::abort();
    return 0;
  }
  for (const auto& mirror : *mirrors) {
    const auto& base = mirror.base;
    if (base.path != "/" || !base.query.empty() || !base.userinfo.empty()) std::abort();
    const auto again = Url::parse(base.text());
    if (!again || !again->same_origin(base)) std::abort();
    const auto reference = oci::Reference::parse("reg.example/" + mirror.prefix + "acme/llm");
    if (!reference || reference->repository != mirror.prefix + "acme/llm") std::abort();
  }
  return 0;
}
