// Signing several targets in one run.
#include "flow/sign_batch.hpp"

#include "attest/predicate_type.hpp"
#include "base/file.hpp"
#include "base/parallel.hpp"
#include "crypto/hash.hpp"
#include "flow/attach.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace mpk::flow {
namespace {

// A log answers when its next checkpoint is out: what waits there in parallel waits once.
constexpr std::size_t kAtOnce = 32;
constexpr std::size_t kBuffer = 1U << 20;

Result<Digest> hash_file(const Context& context, const std::string& path,
                         DigestAlgorithm algorithm) {
  auto reader = TRY(FileReader::open(path));
  crypto::Hasher hasher(algorithm);
  Bytes buffer(kBuffer);
  for (;;) {
    TRY(context.cancel.check());
    const auto count = TRY(reader.read(buffer));
    if (count == 0) break;
    hasher.update(BytesView(buffer).first(count));
    context.stats.bytes_read += count;
    context.stats.bytes_hashed += count;
  }
  TRY(reader.check_unchanged());
  return hasher.finish();
}

struct SignedFile {
  Digest digest;
  sigstore::SignedBundle bundle;
};

Result<SignedFile> sign_file(const Context& context, const std::string& path,
                             sigstore::Signer& signer) {
  if (const auto algorithm = signer.digest_algorithm()) {
    const auto digest = TRY(hash_file(context, path, *algorithm));
    auto bundle = TRY(signer.sign_digest(digest).with(path));
    return SignedFile{digest, std::move(bundle)};
  }
  auto content = read_file(path, kContentInMemory);
  if (!content && content.error().kind() == ErrorKind::too_large) {
    return std::move(content).error().with_hint(
        "an Ed25519 key signs the content itself, which is held in memory; use an ECDSA key");
  }
  const auto text = TRY(std::move(content));
  auto bundle = TRY(signer.sign_content(as_bytes(text)).with(path));
  return SignedFile{crypto::sha256(text), std::move(bundle)};
}

}  // namespace

SignJob sign_artifact_job(const Context& context, oci::Store& store, oci::Reference reference,
                          oci::Descriptor subject) {
  return [context, &store, reference = std::move(reference),
          subject = std::move(subject)](sigstore::Signer& signer) -> Result<SignedTarget> {
    auto attached = TRY(sign_and_attach(context, store, reference, subject,
                                        std::string(attest::kCosignSign), Json::object(), signer)
                            .with(reference.text()));
    return SignedTarget{.name = reference.text(),
                        .digest = subject.digest,
                        .referrer = attached.referrer.digest.text(),
                        .bundle = {},
                        .log_url = std::move(attached.log_url),
                        .log_index = std::move(attached.log_index)};
  };
}

SignJob sign_file_job(const Context& context, std::string path, std::string bundle,
                      std::function<Result<void>(const std::string& text)> write) {
  return [context, path = std::move(path), bundle = std::move(bundle),
          write = std::move(write)](sigstore::Signer& signer) -> Result<SignedTarget> {
    auto made = TRY(sign_file(context, path, signer));
    TRY(context.cancel.check());
    TRY(write(made.bundle.text));
    return SignedTarget{.name = path,
                        .digest = made.digest,
                        .referrer = {},
                        .bundle = bundle,
                        .log_url = std::move(made.bundle.log_url),
                        .log_index = std::move(made.bundle.log_index)};
  };
}

BatchOutcome sign_batch(const Context& context, const std::vector<SignJob>& jobs,
                        sigstore::Signer& signer) {
  std::vector<std::optional<SignedTarget>> made(jobs.size());
  auto result = context.trace.run("sign", [&] {
    return parallel_for(jobs.size(), std::min(jobs.size(), kAtOnce), context.cancel,
                        [&](std::size_t i) -> Result<void> {
                          made[i] = TRY(jobs[i](signer));
                          return {};
                        });
  });
  BatchOutcome out;
  for (auto& one : made) {
    if (one) out.done.push_back(*std::move(one));
  }
  if (result) return out;
  auto error = std::move(result).error();
  if (jobs.size() > 1) {
    error = std::move(error).with("signed " + std::to_string(out.done.size()) + " of " +
                                  std::to_string(jobs.size()) + " targets");
  }
  out.failure = std::move(error);
  return out;
}

}  // namespace mpk::flow
