// Passwords for new key files.
#include "options/new_key.hpp"

#include "base/env.hpp"
#include "base/text.hpp"
#include "keys/algorithm.hpp"
#include "options/output_file.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace mpk::cli {
namespace {

constexpr std::size_t kPasswordCap = 4096;

using Password = crypto::Secret<std::string>;

/// A line: what an editor or echo ends it with is no part of the password.
Result<Password> from_file(Session& session, const std::string& flag, const std::string& path) {
  Password text(TRY(session.flag_file(flag, path, kPasswordCap)));
  std::string& line = text.get();
  if (line.ends_with('\n')) line.pop_back();
  if (line.ends_with('\r')) line.pop_back();
  if (line.find('\n') != std::string::npos) {
    return Error(ErrorKind::usage, flag + ": expected one line, found several");
  }
  if (line.empty()) return Error(ErrorKind::usage, flag + ": the password is empty");
  return text;
}

Result<Password> typed_twice(Session& session, const std::string& file) {
  Password first(TRY(session.ask_secret("new password for " + file + ": ")));
  if (first.get().empty()) {
    return Error(ErrorKind::usage, "the password is empty",
                 "--insecure-no-password writes a key that everybody who gets the file can use");
  }
  const Password second(TRY(session.ask_secret("the same again: ")));
  if (first.get() != second.get()) return Error(ErrorKind::usage, "the two passwords differ");
  return first;
}

}  // namespace

void NewKeyOptions::add_to(OptionSet& set) {
  set.choice("--form", form, {"sigstore", "pkcs8"},
             "Form of the private key: sigstore (cosign reads it), pkcs8 (openssl reads it)");
  set.option("--password-file", "FILE", password_file, "Read the new password from this file",
             ValueKind::file);
  set.flag("--password-stdin", password_stdin, "Read the new password from standard input");
  set.flag("--insecure-no-password", no_password, "Whoever gets the file can use the key");
  set.flag("--overwrite", overwrite, "Replace key files that are there; what they hold is lost");
}

Result<void> NewKeyOptions::check(const std::string& file) const {
  const auto files = keys::key_files(file);
  TRY(check_output(files.private_key));
  return keys::check_free(files, overwrite);
}

Result<void> NewKeyOptions::write(Session& session, const crypto::PrivateKey& key,
                                  const std::string& file) const {
  const auto files = keys::key_files(file);
  const Password secret = TRY(password(session, file));
  const auto& half = key.public_key();
  const auto form_of = form == "pkcs8" ? keys::KeyForm::pkcs8 : keys::KeyForm::sigstore;
  const auto context = session.context();
  const crypto::Secret<std::string> text(
      TRY(keys::seal_key(key, form_of, secret.get(), context.random)));
  TRY(keys::write_key_files(files, text.get(), half.pem(), overwrite));
  const std::string algorithm(keys::algorithm_name(half));
  if (session.json()) {
    session.print_json({{"kind", "KeyPair"},
                        {"privateKey", files.private_key.string()},
                        {"publicKey", files.public_key.string()},
                        {"algorithm", algorithm},
                        {"form", form},
                        {"passwordProtected", !secret.get().empty()},
                        {"fingerprint", half.fingerprint().text()}});
    return {};
  }
  session.print("private key: " + files.private_key.string() + " (" + algorithm +
                (secret.get().empty() ? ", no password)" : ", with a password)"));
  session.print("public key:  " + files.public_key.string() + " (" + half.fingerprint().text() +
                ")");
  return {};
}

Result<Password> NewKeyOptions::password(Session& session, const std::string& file) const {
  const int chosen = (password_file ? 1 : 0) + (password_stdin ? 1 : 0) + (no_password ? 1 : 0);
  if (chosen > 1) {
    return Error(ErrorKind::usage,
                 "--password-file, --password-stdin and --insecure-no-password exclude each other");
  }
  if (no_password) return Password();
  if (password_file) return from_file(session, "--password-file", *password_file);
  if (password_stdin) return from_file(session, "--password-stdin", "-");
  for (const char* name : {"MPK_KEY_PASSWORD", "COSIGN_PASSWORD"}) {
    if (auto value = session.env().get(name)) return Password(std::move(*value));
  }
  if (session.stdin_is_terminal()) return typed_twice(session, printable(file));
  return Error(ErrorKind::usage, "no password for the new key, and no terminal to ask on",
               "set COSIGN_PASSWORD or MPK_KEY_PASSWORD, give --password-file, or "
               "--insecure-no-password");
}

}  // namespace mpk::cli
