// A timestamp authority's answer for a signature (RFC 3161 over HTTP, §3.4).
#include "base/limits.hpp"
#include "crypto/hash.hpp"
#include "crypto/timestamp.hpp"
#include "sigstore/service_error.hpp"
#include "sigstore/services.hpp"

namespace mpk::sigstore {

Result<Bytes> request_timestamp(http::Transport& transport, const std::string& url,
                                BytesView signature, BytesView nonce) {
  auto query = TRY(crypto::make_timestamp_request(crypto::sha256(signature), nonce, true));
  http::TextSource body(std::string(as_text(query)));
  http::Request request;
  request.method = "POST";
  request.url = TRY(Url::parse(url));
  request.headers = {{"Content-Type", "application/timestamp-query"}};
  request.body = &body;
  request.redirects = http::Redirects::all;  // a digest and a nonce
  request.response_cap = limits::kApiResponse;
  auto response =
      TRY(transport.send(request).with("timestamp authority " + request.url.redacted()));
  if (response.status < 200 || response.status > 299)
    return service_error("the timestamp authority", response);
  return to_bytes(response.body);
}

}  // namespace mpk::sigstore
