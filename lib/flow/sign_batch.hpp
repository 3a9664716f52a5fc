// Signing several targets in one run: artifacts, whose bundles are attached, and files.
#pragma once

#include "base/digest.hpp"
#include "base/error.hpp"
#include "flow/context.hpp"
#include "oci/reference.hpp"
#include "oci/store.hpp"
#include "sigstore/sign.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mpk::flow {

/// The largest file that a key signs which can't sign a digest.
inline constexpr std::size_t kContentInMemory = 256U << 20;

/// A target that is signed, and where its bundle is.
struct SignedTarget {
  std::string name;  // as it was given
  Digest digest;
  std::string referrer;  // of an artifact: the referrer's digest
  std::string bundle;    // of a file: the bundle's path
  std::string log_url, log_index;
};

/// Signs one target and delivers the bundle to where it belongs: all of that, or nothing of it.
using SignJob = std::function<Result<SignedTarget>(sigstore::Signer&)>;

/// A cosign signature about the artifact, attached as a referrer. `store` must outlive the job.
SignJob sign_artifact_job(const Context& context, oci::Store& store, oci::Reference reference,
                          oci::Descriptor subject);

/// A message signature over the file, as cosign sign-blob makes it; `write` puts the bundle into
/// `bundle`. The file is read once, as a stream; for an Ed25519 key it is held in memory (at most
/// kContentInMemory). mismatch: it changed while it was read.
SignJob sign_file_job(const Context& context, std::string path, std::string bundle,
                      std::function<Result<void>(const std::string& text)> write);

struct BatchOutcome {
  std::vector<SignedTarget> done;  // in the order of the jobs
  std::optional<Error> failure;    // the first; of several targets it says how many are signed
};
/// Several at a time, with one signer and so with one certificate. What is done stays done when
/// another one fails.
BatchOutcome sign_batch(const Context& context, const std::vector<SignJob>& jobs,
                        sigstore::Signer& signer);

}  // namespace mpk::flow
