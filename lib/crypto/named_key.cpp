// OpenSSL 3.0 sets up a general decoder for each key that it reads, which takes longer than
// checking a signature with it; a key of a known form needs none.
#include "crypto/named_key.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace mpk::crypto {
namespace {

using namespace std::string_view_literals;

struct Form {
  KeyType type;
  const char* group;      // nullptr: a raw key
  std::string_view head;  // up to the point or raw key
  std::size_t size;       // of all
};

constexpr std::array<Form, 4> kForms{
    {{KeyType::ecdsa_p256, "prime256v1",
      "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
      "\x03\x42\x00\x04"sv,
      91},
     {KeyType::ecdsa_p384, "secp384r1",
      "\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00"
      "\x04"sv,
      120},
     {KeyType::ecdsa_p521, "secp521r1",
      "\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81"
      "\x86\x00\x04"sv,
      158},
     {KeyType::ed25519, nullptr, "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"sv, 44}}};

const Form* form_of(BytesView spki) {
  const auto* form = std::ranges::find_if(kForms, [&](const Form& each) {
    return spki.size() == each.size && as_text(spki).starts_with(each.head);
  });
  return form == kForms.end() ? nullptr : form;
}

PkeyHandle decode_point(const char* group, BytesView point) {
  const PkeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  // OpenSSL reads what these point to.
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>(group), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                        const_cast<std::uint8_t*>(point.data()), point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  const bool made =
      context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.data()) == 1;
  return PkeyHandle(made ? key : nullptr);
}

}  // namespace

std::optional<KeyType> named_key_type(BytesView spki) {
  const Form* form = form_of(spki);
  return form == nullptr ? std::nullopt : std::optional(form->type);
}

PkeyHandle decode_named_key(BytesView spki) {
  const Form* form = form_of(spki);
  if (form == nullptr) return nullptr;
  if (form->group != nullptr) return decode_point(form->group, spki.subspan(form->head.size() - 1));
  const BytesView raw = spki.subspan(form->head.size());
  return PkeyHandle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()));
}

}  // namespace mpk::crypto
