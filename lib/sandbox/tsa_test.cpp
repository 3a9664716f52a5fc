// The time-stamping authority over HTTP.
#include "crypto/timestamp.hpp"
#include "sandbox/test_sandbox.hpp"

namespace mpk::sandbox {
namespace {

using testing::kNow;
using testing::must;

constexpr const char* kQuery = "application/timestamp-query";

struct TsaBench : testing::Bench {
  http::Response ask(const Bytes& query, const std::string& type = kQuery) const {
    return send("POST", service("tsaUrls"), {{"Content-Type", type}}, std::string(as_text(query)));
  }
  crypto::TimestampAuthority authority(bool with_leaf) const {
    std::vector<crypto::Certificate> chain;
    for (const auto& entry : root["timestampAuthorities"][0]["certChain"]["certificates"]) {
      chain.push_back(must(crypto::Certificate::from_der(
          must(base64_decode(entry["rawBytes"].get<std::string>())))));
    }
    REQUIRE(chain.size() == 2);
    if (!with_leaf) chain.erase(chain.begin());
    return {std::move(chain), kNow.plus_seconds(-86'400), std::nullopt, "tsa"};
  }
  Bytes query(BytesView nonce, bool certificates) const {
    return must(crypto::make_timestamp_request(crypto::sha256("signature"), nonce, certificates));
  }
};

TEST_CASE("a time-stamp holds, with nonce and certificates as they were asked for") {
  const TsaBench bench;
  const auto message = as_bytes("signature");
  for (const bool certificates : {false, true}) {
    CAPTURE(certificates);
    const Bytes nonce{0x7f, 2, 3, 4, 5, 6, 7, 8};
    const auto answer = bench.ask(bench.query(nonce, certificates));
    CHECK(answer.status == 201);
    CHECK(answer.headers.get("Content-Type") == "application/timestamp-reply");
    const auto token = to_bytes(answer.body);
    const auto verified =
        must(crypto::verify_timestamp(token, message, {bench.authority(true)}, nonce));
    CHECK(verified.time == kNow);
    CHECK_FALSE(crypto::verify_timestamp(token, as_bytes("other"), {bench.authority(true)}));
    CHECK_FALSE(crypto::verify_timestamp(token, message, {bench.authority(true)}, Bytes{1}));
    // Only an answer that brings the signer's certificate can do without it in the root.
    CHECK(crypto::verify_timestamp(token, message, {bench.authority(false)}).has_value() ==
          certificates);
  }
  CHECK(crypto::verify_timestamp(to_bytes(bench.ask(bench.query({}, false)).body), message,
                                 {bench.authority(true)})
            .has_value());
}

TEST_CASE("the switches work at once: another time, and away") {
  TsaBench bench;
  const auto time_of = [&] {
    const auto answer = bench.ask(bench.query({}, false));
    return must(crypto::verify_timestamp(to_bytes(answer.body), as_bytes("signature"),
                                         {bench.authority(true)}))
        .time;
  };
  bench.services->faults().tsa_offset_seconds = 3600;
  CHECK(time_of() == kNow.plus_seconds(3600));
  bench.services->faults().tsa_offset_seconds = 0;
  bench.clock.set(kNow.plus_seconds(5));
  CHECK(time_of() == kNow.plus_seconds(5));
  bench.services->faults().tsa_unavailable = true;
  CHECK(bench.ask(bench.query({}, false)).status == 503);
}

TEST_CASE("what is no time-stamp query is refused") {
  const TsaBench bench;
  CHECK(bench.ask(to_bytes("not DER")).status == 400);
  CHECK(bench.ask(bench.query({}, false), "application/json").status == 415);
  CHECK(bench.send("GET", bench.service("tsaUrls")).status == 405);
  const auto chain = bench.send("GET", bench.service("tsaUrls") + "/certchain");
  CHECK(must(crypto::Certificate::list_from_pem(chain.body)) == bench.authority(true).chain);
}

}  // namespace
}  // namespace mpk::sandbox
