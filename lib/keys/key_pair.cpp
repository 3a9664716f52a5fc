// Key pairs on disk.
#include "keys/key_pair.hpp"

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "keys/cosign_key.hpp"

#include <system_error>
#include <utility>

namespace mpk::keys {
namespace {

namespace fs = std::filesystem;

Result<AtomicFile> written_beside(const fs::path& target, std::string_view text) {
  const fs::path parent = target.parent_path();
  AtomicFile file = TRY(AtomicFile::create(parent.empty() ? fs::path(".") : parent));
  TRY(file.write(as_bytes(text)));
  return file;
}

}  // namespace

Result<std::string> seal_key(const crypto::PrivateKey& key, KeyForm form, std::string_view password,
                             crypto::Random& random) {
  if (form == KeyForm::sigstore) return seal_cosign_key(key, password, random);
  if (password.empty()) return key.pem();
  return key.encrypted_pem(password);
}

KeyFiles key_files(const fs::path& private_key) {
  fs::path public_key = private_key;
  if (private_key.extension() == ".key") {
    public_key.replace_extension(".pub");
  } else {
    public_key += ".pub";
  }
  return {private_key, std::move(public_key)};
}

Result<void> check_free(const KeyFiles& files, bool overwrite) {
  if (files.private_key.extension() == ".pub") {
    return Error{ErrorKind::usage,
                 printable(files.private_key.string()) + ": is the name of a public key",
                 "name the private key's file, for example release.key"};
  }
  if (overwrite) return {};
  for (const fs::path& path : {files.private_key, files.public_key}) {
    std::error_code failure;
    if (fs::symlink_status(path, failure).type() == fs::file_type::not_found) continue;
    return Error{
        ErrorKind::exists, printable(path.string()) + " is there already",
        "choose another name with -o, or give --overwrite: a key that is replaced is lost"};
  }
  return {};
}

Result<void> write_key_files(const KeyFiles& files, std::string_view private_key,
                             std::string_view public_key, bool overwrite) {
  TRY(check_free(files, overwrite));
  AtomicFile secret = TRY(written_beside(files.private_key, private_key));
  AtomicFile open = TRY(written_beside(files.public_key, public_key));
  TRY(secret.commit(files.private_key, 0600, overwrite));
  auto done = open.commit(files.public_key, 0644, overwrite);
  if (!done && !overwrite) {
    std::error_code failure;
    fs::remove(files.private_key, failure);
  }
  return done;
}

}  // namespace mpk::keys
