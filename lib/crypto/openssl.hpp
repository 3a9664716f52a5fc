// RAII and error handling for OpenSSL; only for the sources of lib/crypto.
#pragma once

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/error.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace mpk::crypto {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};

/// `Handle<TS_REQ, TS_REQ_free>`: owns what an OpenSSL function returned.
template <class T, auto Free>
using Handle = std::unique_ptr<T, OpensslFree<Free>>;

using BioHandle = Handle<BIO, BIO_free_all>;
using BnHandle = Handle<BIGNUM, BN_free>;
using PkeyHandle = Handle<EVP_PKEY, EVP_PKEY_free>;
using PkeyContextHandle = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContextHandle = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using X509Handle = Handle<X509, X509_free>;
using X509ReqHandle = Handle<X509_REQ, X509_REQ_free>;
using X509StoreHandle = Handle<X509_STORE, X509_STORE_free>;
using X509StoreContextHandle = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using ExtensionHandle = Handle<X509_EXTENSION, X509_EXTENSION_free>;
using ObjectHandle = Handle<ASN1_OBJECT, ASN1_OBJECT_free>;
using IntegerHandle = Handle<ASN1_INTEGER, ASN1_INTEGER_free>;
using OctetStringHandle = Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using Utf8StringHandle = Handle<ASN1_UTF8STRING, ASN1_UTF8STRING_free>;
using GeneralNamesHandle = Handle<GENERAL_NAMES, GENERAL_NAMES_free>;

struct X509StackFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};
/// Owns the stack and one reference to each certificate in it.
using X509StackHandle = std::unique_ptr<STACK_OF(X509), X509StackFree>;

/// "what (OpenSSL's reason)". Empties the thread's error queue, so that no stale entry surfaces in
/// a later message: call it, or ERR_clear_error, wherever an OpenSSL call failed.
Error openssl_error(ErrorKind kind, std::string_view what);

/// Fetched once per process. Throws std::runtime_error when the provider lacks SHA-2.
const EVP_MD* openssl_digest(DigestAlgorithm algorithm);

/// The bytes of a memory BIO.
Bytes bio_bytes(BIO* bio);

/// DER by one of the i2d functions; empty when it fails.
template <class I2d, class T>
Bytes encode_der(I2d i2d, T* value) {
  const int size = i2d(value, nullptr);
  if (size <= 0) return {};
  Bytes out(static_cast<std::size_t>(size));
  unsigned char* cursor = out.data();
  i2d(value, &cursor);
  return out;
}

/// One of the d2i functions over all of `der`; nullptr on an error and on bytes that are left over.
template <class Owner, class D2i>
Owner decode_der(D2i d2i, BytesView der) {
  const unsigned char* cursor = der.data();
  Owner value(d2i(nullptr, &cursor, static_cast<long>(der.size())));
  if (!value || cursor != der.data() + der.size()) return nullptr;
  return value;
}

}  // namespace mpk::crypto
