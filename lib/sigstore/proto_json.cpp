// The parts of proto3 JSON that sigstore's messages share.
#include "sigstore/proto_json.hpp"

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace mpk::sigstore {

Result<Bytes> read_bytes(const json::Field& field) {
  auto text = TRY(field.string());
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  auto bytes = base64_decode(text);
  if (!bytes) return field.error(bytes.error().message());
  return bytes;
}

Result<Bytes> read_bytes(const json::Field& object, std::string_view key) {
  const auto member = TRY(object.at(key));
  auto bytes = TRY(read_bytes(member));
  if (bytes.empty()) return member.error("empty");
  return bytes;
}

Result<std::optional<Bytes>> find_bytes(const json::Field& object, std::string_view key) {
  const auto member = TRY(object.find(key));
  if (!member) return std::optional<Bytes>();
  auto bytes = TRY(read_bytes(*member));
  if (bytes.empty()) return std::optional<Bytes>();
  return std::optional<Bytes>(std::move(bytes));
}

Result<std::optional<Bytes>> find_log_id(const json::Field& object, std::string_view key) {
  const auto member = TRY(object.find(key));
  if (!member) return std::optional<Bytes>();
  TRY(member->only({"keyId"}));
  return std::optional<Bytes>(TRY(read_bytes(*member, "keyId")));
}

Result<Digest> read_hash_output(const json::Field& object) {
  TRY(object.only({"algorithm", "digest"}));
  const auto name = TRY(object.string("algorithm"));
  DigestAlgorithm algorithm{};
  if (name == "SHA2_256") {
    algorithm = DigestAlgorithm::sha256;
  } else if (name == "SHA2_384") {
    algorithm = DigestAlgorithm::sha384;
  } else if (name == "SHA2_512") {
    algorithm = DigestAlgorithm::sha512;
  } else {
    return object.error("hash algorithm " + printable(name, 40) +
                        " is none of SHA2_256, SHA2_384, SHA2_512");
  }
  auto digest = Digest::from_bytes(algorithm, TRY(read_bytes(object, "digest")));
  if (!digest) return object.error(digest.error().message());
  return digest;
}

Result<crypto::Certificate> read_certificate(const json::Field& object) {
  TRY(object.only({"rawBytes"}));
  auto certificate = crypto::Certificate::from_der(TRY(read_bytes(object, "rawBytes")));
  if (!certificate) return object.error(certificate.error().text());
  return certificate;
}

Result<std::vector<crypto::Certificate>> read_certificates(const json::Field& object, bool known) {
  TRY(object.only({"certificates"}));
  std::vector<crypto::Certificate> out;
  for (const auto& item : TRY(object.optional_items("certificates"))) {
    if (known) {
      out.push_back(crypto::Certificate::known(TRY(read_bytes(item, "rawBytes"))));
    } else {
      out.push_back(TRY(read_certificate(item)));
    }
  }
  if (out.empty()) return object.error("no certificate");
  return out;
}

}  // namespace mpk::sigstore
