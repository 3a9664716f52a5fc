// DSSE: the specification's own vector, and what is refused.
#include "attest/dsse.hpp"

#include "json/parse.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <ostream>

using namespace mpk;
using namespace mpk::attest;

TEST_CASE("the pre-authentication encoding is that of the specification") {
  // secure-systems-lab/dsse, protocol.md, "Test Vectors".
  CHECK(pae("http://example.com/HelloWorld", "hello world") ==
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  CHECK(pae("", "") == "DSSEv1 0  0 ");
  CHECK(pae("application/x", "ünï") == "DSSEv1 13 application/x 5 ünï");
}

TEST_CASE("an envelope survives a round trip") {
  Envelope envelope{.payload_type = std::string(kInTotoPayloadType),
                    .payload = "{\"a\":1}",
                    .signatures = {{.sig = {1, 2, 3}, .keyid = ""}}};
  auto document = to_json(envelope);
  CHECK_FALSE(document["signatures"][0].contains("keyid"));
  auto back = read_envelope(json::Field(document));
  REQUIRE(back);
  CHECK(back->payload == envelope.payload);
  CHECK(back->payload_type == envelope.payload_type);
  REQUIRE(back->signatures.size() == 1);
  CHECK(back->signatures[0].sig == Bytes{1, 2, 3});
}

TEST_CASE("malformed envelopes are refused with their path") {
  struct Case {
    const char* text;
    const char* says;
  };
  for (const auto& c : {
           Case{R"({"payloadType":"t","signatures":[]})", "payload"},
           Case{R"({"payload":"YQ","payloadType":"t","signatures":[]})", "payload"},
           Case{R"({"payload":"YQ==","payloadType":"","signatures":[]})", "payloadType"},
           Case{R"({"payload":"YQ==","payloadType":"t","signatures":[{"sig":"*"}]})",
                "signatures[0].sig"},
           Case{R"({"payload":"YQ==","payloadType":"t","signatures":[{"sig":""}]})",
                "sig is empty"},
           Case{R"({"payload":"YQ==","payloadType":"t","signatures":[{"sig":"YQ==","cert":1}]})",
                "cert"},
           Case{R"({"payload":"YQ==","payloadType":"t","signatures":[],"x":1})", "x"},
       }) {
    auto document = json::parse(c.text);
    REQUIRE(document);
    auto envelope = read_envelope(json::Field(*document));
    REQUIRE_FALSE(envelope);
    CHECK(envelope.error().kind() == ErrorKind::malformed);
    CHECK_MESSAGE(envelope.error().text().find(c.says) != std::string::npos,
                  envelope.error().text());
  }
  auto good = json::parse(
      R"({"payload":"YQ==","payloadType":"t","signatures":[{"sig":"YQ==","keyid":null}]})");
  CHECK(read_envelope(json::Field(*good)));
}
