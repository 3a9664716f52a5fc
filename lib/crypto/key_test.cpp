// Tests of keys: RFC 6979 and RFC 8032 signatures, every form in and out, and what is refused.
#include "crypto/key.hpp"

#include "base/encoding.hpp"
#include "crypto/hash.hpp"

#include <doctest/doctest.h>
#include <openssl/err.h>

#include <array>
#include <ostream>
#include <string>

using namespace mpk;
using namespace mpk::crypto;

namespace {

constexpr std::array kTypes = {KeyType::ecdsa_p256, KeyType::ecdsa_p384, KeyType::ecdsa_p521,
                               KeyType::rsa, KeyType::ed25519};

Bytes hex(std::string_view text) { return hex_decode(text).value(); }

// RFC 6979 §A.2.5
const Bytes kP256 =
    hex("3059301306072a8648ce3d020106082a8648ce3d030107034200"
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
const Bytes kSampleSha256 =
    hex("3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
        "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
const Bytes kSampleSha512 =
    hex("30450221008496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00"
        "02202362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe");

// RFC 8032 §7.1, test 2
const Bytes kEd25519 =
    hex("302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
const Bytes kEd25519Signature =
    hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");

// One key in the three forms of `openssl ecparam -genkey` and `openssl pkcs8`.
constexpr std::string_view kSec1 = R"(-----BEGIN EC PARAMETERS-----
BggqhkjOPQMBBw==
-----END EC PARAMETERS-----
-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIDup1EA6hgqMUpG5Vtjl8RbZjcMNRBuVk5yiBnFlOpjjoAoGCCqGSM49
AwEHoUQDQgAE97xtofOfR3UbfDL/7eTWVSTwwswPwMNOPRd9oWEqFrro7WIaMWD4
MX8Q7vPbXqn0R2PhNB3YdaxZVR2A3USTNQ==
-----END EC PRIVATE KEY-----
)";
constexpr std::string_view kPkcs8 = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgO6nUQDqGCoxSkblW
2OXxFtmNww1EG5WTnKIGcWU6mOOhRANCAAT3vG2h859HdRt8Mv/t5NZVJPDCzA/A
w049F32hYSoWuujtYhoxYPgxfxDu89teqfRHY+E0Hdh1rFlVHYDdRJM1
-----END PRIVATE KEY-----
)";
constexpr std::string_view kEncryptedPkcs8 = R"(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHrMFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAheItqXiORlXgIBATAM
BggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQpt3WqNh+sZUl0phtBo6nwQSBkETq
7TmhVjQbrGXHVnBb89LSO/lbsingshjkgxRKEHJ/HRul+FOeksHp1eCHXsF1h9Fz
4NG5zRKF6FPCaS6TjGFlALrzTIV2IQeQAvE0h2rUKvTTgbDfZYAEp5aC6SXczXTW
UqngUkHmHCbILvtmXXJirsHI2MeyoE2OH/r512ZfSKOWO0umKFZNaggRKLKO/Q==
-----END ENCRYPTED PRIVATE KEY-----
)";
constexpr std::string_view kEncryptedSec1 = R"(-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,08B689080E1210660F5151C274965823

3foEvEnvxifRalVxRJ7XJSDFkaNqJoGCfSU7ecPnKkLHIJnTuVKm8VOhtXWYQsu/
QjKRy01ENtDsN6l2YJOx7vXYGnTcFAQMdpeYwVFGN5Eop6X3hvCL9LBeRO9urW7c
Yj00utND1RHL+aCxJJqPfq4hwFBcjzbZZe3AyEVa0ik=
-----END EC PRIVATE KEY-----
)";

}  // namespace

TEST_CASE("an ECDSA signature of RFC 6979 holds for its message and hash only") {
  const PublicKey key = PublicKey::from_spki(kP256).value();
  CHECK(key.type() == KeyType::ecdsa_p256);
  CHECK(key.rsa_bits() == 0);
  CHECK(key.fingerprint() == sha256(kP256));
  CHECK(key.verify(as_bytes("sample"), kSampleSha256));
  CHECK(key.verify(as_bytes("sample"), kSampleSha512, DigestAlgorithm::sha512));
  CHECK(key.verify_digest(sha256("sample"), kSampleSha256));
  CHECK(key.verify_digest(hash(DigestAlgorithm::sha512, as_bytes("sample")), kSampleSha512));

  Bytes longer = kSampleSha256;
  longer.push_back(0);
  for (const auto& refused :
       {key.verify(as_bytes("Sample"), kSampleSha256),
        key.verify(as_bytes("sample"), kSampleSha512), key.verify(as_bytes("sample"), longer),
        key.verify(as_bytes("sample"), {}), key.verify_digest(sha256("Sample"), kSampleSha256),
        key.verify_digest(sha256("sample"), longer)}) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind() == ErrorKind::untrusted);
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("an Ed25519 signature of RFC 8032 holds, and needs the message itself") {
  const PublicKey key = PublicKey::from_spki(kEd25519).value();
  CHECK(key.type() == KeyType::ed25519);
  CHECK(key.verify(hex("72"), kEd25519Signature));
  CHECK(key.verify(hex("73"), kEd25519Signature).error().kind() == ErrorKind::untrusted);
  CHECK(key.verify_digest(sha256(hex("72")), kEd25519Signature).error().kind() ==
        ErrorKind::unsupported);
}

TEST_CASE("a generated key of every type signs, and its forms read back") {
  for (const KeyType type : kTypes) {
    CAPTURE(to_string(type));
    const PrivateKey key = PrivateKey::generate(type).value();
    const PublicKey& half = key.public_key();
    CHECK(key.type() == type);
    CHECK(half.type() == type);
    CHECK(half.rsa_bits() == (type == KeyType::rsa ? 2048 : 0));
    const Bytes signature = key.sign(as_bytes("message")).value();
    CHECK(half.verify(as_bytes("message"), signature));
    CHECK_FALSE(half.verify(as_bytes("massage"), signature));
    if (type != KeyType::ed25519) {
      CHECK(half.verify_digest(hash(default_hash(type), as_bytes("message")), signature));
      const Bytes other = key.sign(as_bytes("message"), DigestAlgorithm::sha512).value();
      CHECK(half.verify(as_bytes("message"), other, DigestAlgorithm::sha512));
      CHECK_FALSE(half.verify(as_bytes("message"), other, DigestAlgorithm::sha384));
    }
    CHECK(PublicKey::from_pem(half.pem()).value() == half);
    CHECK(PublicKey::from_spki(half.spki()).value() == half);
    const PrivateKey again = PrivateKey::from_pem(key.pem()).value();
    CHECK(again.public_key() == half);
    CHECK_FALSE(PrivateKey::generate(type).value().public_key() == half);
  }
}

TEST_CASE("a PKCS#1 public key becomes the same key as its SPKI") {
  const PublicKey key = PrivateKey::generate(KeyType::rsa).value().public_key();
  // RFC 3279 §2.3.1: for RSA, the SPKI's BIT STRING is the RSAPublicKey; 24 bytes precede it.
  const Bytes pkcs1(key.spki().begin() + 24, key.spki().end());
  CHECK(PublicKey::from_pkcs1(pkcs1).value() == key);
  CHECK(PublicKey::from_pem("-----BEGIN RSA PUBLIC KEY-----\n" + base64_encode(pkcs1) +
                            "\n-----END RSA PUBLIC KEY-----\n")
            .value() == key);
  CHECK(PublicKey::from_pkcs1(key.spki()).error().kind() == ErrorKind::malformed);
  CHECK(PublicKey::from_spki(pkcs1).error().kind() == ErrorKind::malformed);
  Bytes longer = pkcs1;
  longer.push_back(0);
  CHECK_FALSE(PublicKey::from_pkcs1(longer));
}

TEST_CASE("public keys that mpk does not take are unsupported") {
  struct Case {
    std::string_view name, base64;
  };
  for (const Case& c : {
           Case{"secp256k1",
                "MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEcbq8LigSS9uV/S2G3HYF+zEqt+af"
                "hBO+gUfwPOubgVwVpdlwmmMpI2umvXxkDG3LMNGbW0RHqpjEDxiHoW/n/Q=="},
           Case{"X25519", "MCowBQYDK2VuAyEAN3PiHq0mYllYbVaCATUiWH1kux+xkQUGHgrzcZo4YgE="},
           Case{
               "explicit curve parameters",
               "MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAAAAAAAAAAAAAA///////"
               "/////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA///////////////8BCBaxjXYqjqT57PrvVV2mIa8ZR"
               "0GsMxTsPY7zjw+J9JgSwMVAMSdNgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6"
               "zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA//////////+8"
               "5vqtpxeehPO5ysL8YyVRAgEBA0IABO0nJ7+tmxO1VSMXaNFdIY8GDFTg6TXyQztuACCRnKrODOPGKMOYoTf"
               "x8lqwbZ3GsAZvPCha3vjdScTubel3PAw="},
           Case{
               "RSA with 1024 bits",
               "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC25rg/7YVkvyFRtGrzZrE2hMTx5AQXpQv/o7ib18GFWQF"
               "aIl1IEAJxEWwfnjJ3cFFK19nRqXtRKKA8IFWZhOp1cc6XZt8G1f9uPbhrPBrA/K/7ZfRJXHUnDBg6/Q2J3w"
               "tXTFtgE3rXVV73ZOD5Fe4wgdjso37Bau6qd/u5BRTtXwIDAQAB"},
       }) {
    CAPTURE(c.name);
    const auto key = PublicKey::from_spki(base64_decode(c.base64).value());
    REQUIRE_FALSE(key);
    CHECK(key.error().kind() == ErrorKind::unsupported);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a changed SubjectPublicKeyInfo is malformed") {
  Bytes off_curve = kP256;
  off_curve.back() ^= 1;
  Bytes longer = kP256;
  longer.push_back(0);
  Bytes long_form = kP256;  // BER: the length 0x59 as 0x81 0x59
  long_form.insert(long_form.begin() + 1, 0x81);
  Bytes short_point = kEd25519;
  short_point.pop_back();
  for (const Bytes& der : {off_curve, longer, long_form, short_point, Bytes{}, Bytes{0x30, 0x00}}) {
    const auto key = PublicKey::from_spki(der);
    REQUIRE_FALSE(key);
    CHECK(key.error().kind() == ErrorKind::malformed);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a private key is read from PKCS#8, SEC1 and PKCS#1") {
  const PrivateKey key = PrivateKey::from_pem(kPkcs8).value();
  CHECK(key.pem() == kPkcs8);
  CHECK(PrivateKey::from_pem(kSec1).value().public_key() == key.public_key());
  // RFC 5208: a PKCS#8 RSA key is 26 bytes of wrapping around the PKCS#1 key of 2048 bits.
  const PrivateKey rsa = PrivateKey::generate(KeyType::rsa).value();
  std::string body = rsa.pem();
  body = body.substr(body.find('\n') + 1);
  body = body.substr(0, body.find("-----END"));
  std::erase(body, '\n');
  const Bytes pkcs8 = base64_decode(body).value();
  const Bytes pkcs1(pkcs8.begin() + 26, pkcs8.end());
  const std::string pem = "-----BEGIN RSA PRIVATE KEY-----\n" + base64_encode(pkcs1) +
                          "\n-----END RSA PRIVATE KEY-----\n";
  CHECK(PrivateKey::from_pem(pem).value().public_key() == rsa.public_key());
}

TEST_CASE("encrypted, unknown and broken private keys are refused without a question") {
  const std::string two = std::string(kPkcs8) + std::string(kPkcs8);
  std::string broken(kPkcs8);
  broken.replace(broken.find("MIGH"), 4, "MIGG");
  struct Case {
    std::string pem;
    ErrorKind kind;
  };
  for (const Case& c :
       {Case{std::string(kEncryptedPkcs8), ErrorKind::unsupported},
        Case{std::string(kEncryptedSec1), ErrorKind::unsupported},
        Case{PrivateKey::from_pem(kPkcs8)->public_key().pem(), ErrorKind::unsupported},
        Case{two, ErrorKind::malformed}, Case{broken, ErrorKind::malformed},
        Case{"", ErrorKind::malformed}}) {
    CAPTURE(c.pem);
    const auto key = PrivateKey::from_pem(c.pem);
    REQUIRE_FALSE(key);
    CHECK(key.error().kind() == c.kind);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a private key is no public key, and one file holds one key") {
  CHECK(PublicKey::from_pem(kPkcs8).error().text() ==
        "public key: expected the PEM label \"PUBLIC KEY\", found \"PRIVATE KEY\"");
  const std::string pem = PublicKey::from_spki(kP256)->pem();
  CHECK(PublicKey::from_pem(pem));
  CHECK_FALSE(PublicKey::from_pem(pem + pem));
}
