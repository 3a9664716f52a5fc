// Tests of the Rekor v1 client: which answers say that an envelope is too large for the log.
#include "attest/dsse.hpp"
#include "crypto/hash.hpp"
#include "crypto/key.hpp"
#include "sigstore/services.hpp"
#include "testing/fake_transport.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

using namespace mpk;
using namespace mpk::sigstore;

namespace {

// The log's answer to an envelope of `size`, and whether another attempt was ruled out.
struct Outcome {
  ErrorKind kind;
  bool retried;
};

Outcome log_envelope(std::size_t size, int status, const std::string& body) {
  bool retried = false;
  testing::FakeTransport transport(
      [&](const http::Request& request, const std::string&) -> Result<http::Response> {
        retried = std::ranges::find(request.no_retry, status) == request.no_retry.end();
        http::Response response;
        response.status = status;
        response.body = body;
        return response;
      });
  auto key = crypto::PrivateKey::generate(crypto::KeyType::ecdsa_p256).take();
  const attest::Envelope envelope{.payload_type = "application/vnd.in-toto+json",
                                  .payload = std::string(size, 'x'),
                                  .signatures = {{.sig = Bytes(64, 1), .keyid = {}}}};
  const LogRequest sent{.digest = crypto::sha256("x"),
                        .signature = envelope.signatures.front().sig,
                        .key = key.public_key(),
                        .certificate = {},
                        .envelope = &envelope};
  const Service log{
      .url = "https://rekor.example", .major_api_version = 1, .valid_for = {}, .operator_name = {}};
  return {log_signature(transport, log, sent).error().kind(), retried};
}

}  // namespace

TEST_CASE("an envelope that a Rekor v1 did not take for its size is told from other failures") {
  constexpr std::size_t kSmall = 1000;
  constexpr std::size_t kLarge = 300000;
  const std::string body_limit = R"({"code":500,"message":"http: request body too large"})";
  const struct {
    std::size_t size;
    int status;
    std::string body;
    Outcome expected;
  } rows[] = {
      {kSmall, 413, "", {ErrorKind::too_large, true}},
      {kLarge, 413, "", {ErrorKind::too_large, true}},
      {kLarge, 502, "", {ErrorKind::too_large, false}},
      {kSmall, 502, "", {ErrorKind::network, true}},
      {kLarge, 500, body_limit, {ErrorKind::too_large, false}},
      {kSmall, 500, body_limit, {ErrorKind::too_large, true}},
      {kLarge, 500, R"({"code":500,"message":"trillian"})", {ErrorKind::network, false}},
      {kLarge, 503, "", {ErrorKind::network, true}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.size);
    CAPTURE(row.status);
    CAPTURE(row.body);
    const auto found = log_envelope(row.size, row.status, row.body);
    CHECK(found.kind == row.expected.kind);
    CHECK(found.retried == row.expected.retried);
  }
}
