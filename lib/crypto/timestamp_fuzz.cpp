// Fuzz entry: any bytes as a TimeStampResp; none is about a message that was never stamped, even
// where its own certificates are trusted.
#include "base/bytes.hpp"
#include "crypto/openssl.hpp"
#include "crypto/timestamp.hpp"
#include "crypto/timestamp_form.hpp"
#include "crypto/timestamp_token.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

using namespace mpk;
using namespace mpk::crypto;

std::vector<TimestampAuthority> authorities_in(const TimestampToken& token) {
  std::vector<TimestampAuthority> out;
  const STACK_OF(X509)* embedded = token.signed_data->d.sign->cert;
  for (int i = 0; i < sk_X509_num(embedded); ++i) {
    auto certificate = Certificate::from_der(encode_der(i2d_X509, sk_X509_value(embedded, i)));
    if (!certificate) continue;
    out.push_back({{*certificate}, Timestamp::from_seconds(0), std::nullopt, {}});
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(data, size);
  const auto token = parse_timestamp_response(bytes);
  const Bytes message = to_bytes("nobody has stamped this");
  std::vector<TimestampAuthority> authorities;
  if (token) {
    if (!check_constructed(bytes)) std::abort();
    if (check_timestamp_claims(*token, message, Bytes{1})) std::abort();
    authorities = authorities_in(*token);
  }
  if (verify_timestamp(bytes, message, authorities)) std::abort();
  return 0;
}
