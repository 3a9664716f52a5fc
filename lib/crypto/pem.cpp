// PEM text over OpenSSL's reader and writer.
#include "crypto/pem.hpp"

#include "base/limits.hpp"
#include "crypto/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstdlib>

namespace mpk::crypto {
namespace {

void free_openssl(void* memory) { OPENSSL_free(memory); }

}  // namespace

Result<std::vector<PemBlock>> read_pem(std::string_view text) {
  if (text.size() > limits::kTrustedRoot) {
    return Error{ErrorKind::too_large, "PEM text is over " + std::to_string(limits::kTrustedRoot) +
                                           " bytes: " + std::to_string(text.size())};
  }
  const BioHandle bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) return openssl_error(ErrorKind::internal, "PEM reader cannot be made");
  std::vector<PemBlock> blocks;
  while (true) {
    const std::string_view rest = text.substr(text.size() - BIO_ctrl_pending(bio.get()));
    if (rest.find_first_not_of(" \t\r\n") == std::string_view::npos) break;
    char* raw_label = nullptr;
    char* raw_header = nullptr;
    unsigned char* raw_der = nullptr;
    long size = 0;
    if (PEM_read_bio(bio.get(), &raw_label, &raw_header, &raw_der, &size) != 1) {
      return openssl_error(ErrorKind::malformed, "PEM block cannot be read");
    }
    const Handle<char, free_openssl> label(raw_label);
    const Handle<char, free_openssl> header(raw_header);
    const Handle<unsigned char, free_openssl> der(raw_der);
    const bool encrypted = std::string_view(raw_header).find("ENCRYPTED") != std::string_view::npos;
    blocks.push_back({raw_label, encrypted, Bytes(raw_der, raw_der + size)});
    OPENSSL_cleanse(raw_der, static_cast<std::size_t>(size));
  }
  if (blocks.empty()) return Error{ErrorKind::malformed, "PEM text is empty"};
  return blocks;
}

std::string write_pem(std::string_view label, BytesView der) {
  const BioHandle bio(BIO_new(BIO_s_mem()));
  const std::string name(label);
  if (!bio ||
      PEM_write_bio(bio.get(), name.c_str(), "", der.data(), static_cast<long>(der.size())) <= 0) {
    ERR_clear_error();
    throw std::bad_alloc();  // the only way in which a memory BIO fails
  }
  return std::string(as_text(bio_bytes(bio.get())));
}

}  // namespace mpk::crypto
