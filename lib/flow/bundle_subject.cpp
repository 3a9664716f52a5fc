// What a bundle from a file is about.
#include "flow/bundle_subject.hpp"

#include "attest/statement.hpp"
#include "base/file.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "sigstore/bundle.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

namespace mpk::flow {
namespace {

struct Wanted {
  std::set<DigestAlgorithm> algorithms{DigestAlgorithm::sha256};
  bool content = false;
};

// From unproven bundles: a wrong wish costs a hash and proves nothing.
void add_wishes(const Result<sigstore::Bundle>& bundle, const std::vector<crypto::PublicKey>& keys,
                Wanted& out) {
  if (!bundle) return;
  if (bundle->envelope) {
    const auto statement = attest::parse_statement(bundle->envelope->payload);
    if (!statement) return;
    for (const auto& subject : statement->subjects) {
      for (const auto algorithm : {DigestAlgorithm::sha384, DigestAlgorithm::sha512}) {
        if (subject.digest.contains(std::string(to_string(algorithm))))
          out.algorithms.insert(algorithm);
      }
    }
    return;
  }
  if (bundle->message->digest) out.algorithms.insert(bundle->message->digest->algorithm());
  auto signers = keys;
  if (!bundle->certificates.empty()) {
    if (auto own = bundle->certificates.front().public_key()) signers = {own.take()};
  }
  for (const auto& signer : signers) {
    out.algorithms.insert(crypto::default_hash(signer.type()));
    if (signer.type() == crypto::KeyType::ed25519) out.content = true;
  }
}

}  // namespace

std::optional<BundleSubject> digest_subject(const std::string& text) {
  auto digest = Digest::parse(text);
  if (!digest) return std::nullopt;
  return BundleSubject{.name = text, .digest = digest.take()};
}

Result<BundleSubject> file_subject(const std::string& path, const std::vector<ReadBundle>& bundles,
                                   const std::vector<crypto::PublicKey>& keys,
                                   const CancelToken& cancel) {
  Wanted wanted;
  for (const auto& each : bundles) add_wishes(each.bundle, keys, wanted);
  auto file = FileReader::open(path);
  if (!file) return std::move(file).error().with_kind(ErrorKind::usage);
  std::vector<crypto::Hasher> hashers;
  for (const auto algorithm : wanted.algorithms) hashers.emplace_back(algorithm);
  std::string content;
  // A small file needs no large one, whose pages are all made; one of /proc says that it is empty.
  Bytes buffer(static_cast<std::size_t>(
      std::clamp<std::uint64_t>(file->size(), std::uint64_t{4} << 10, std::uint64_t{128} << 10)));
  while (auto count = TRY(file->read(buffer))) {
    TRY(cancel.check());
    const BytesView piece{buffer.data(), count};
    for (auto& hasher : hashers) hasher.update(piece);
    if (!wanted.content) continue;
    if (content.size() + count > limits::kEvidence) {
      return Error(ErrorKind::too_large,
                   path +
                       ": an Ed25519 signature is over the whole file, and "
                       "this one is larger than " +
                       human_size(limits::kEvidence),
                   "sign large files with ECDSA");
    }
    content += as_text(piece);
  }
  TRY(file->check_unchanged());
  BundleSubject out{.name = path, .digest = hashers.front().finish()};
  for (std::size_t i = 1; i < hashers.size(); ++i) out.other_digests.push_back(hashers[i].finish());
  if (wanted.content) out.content = std::make_shared<const std::string>(std::move(content));
  return out;
}

}  // namespace mpk::flow
