// TARGET and --bundle.
#include "options/bundle_target.hpp"

#include "base/limits.hpp"

#include <utility>

namespace mpk::cli {

void BundleTarget::add_to(OptionSet& set) {
  set.positional("TARGET", target,
                 "Reference, or file or digest (sha256:HEX, sha512:HEX) with --bundle",
                 ValueKind::reference);
  set.option("--bundle", "FILE", bundle,
             "Bundle of a file or digest: one, JSON Lines, or npm's and GitHub's lists",
             ValueKind::file);
}

Result<BundleTarget::Read> BundleTarget::read(Session& session) const {
  auto text = TRY(session.flag_file("--bundle", *bundle, limits::kEvidence));
  auto bundles = TRY(flow::read_bundles(text).with("--bundle " + *bundle));
  return Read{std::move(text), std::move(bundles)};
}

}  // namespace mpk::cli
