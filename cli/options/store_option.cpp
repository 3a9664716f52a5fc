// oci:DIR, or the local store.
#include "options/store_option.hpp"

#include "flow/local_store.hpp"
#include "options/options.hpp"

namespace mpk::cli {

Result<LocalLayout> local_layout(const std::optional<std::string>& where, Session& session) {
  if (!where) {
    const auto path = TRY(flow::local_store_path(session.context()));
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      return Error(ErrorKind::not_found, "local store " + path.string() + ": no such directory",
                   "mpk pack DIR -t REF makes it; oci:DIR names an OCI layout");
    }
    return LocalLayout{.directory = path, .name = "local store"};
  }
  const auto reference = TRY(parse_plain_reference(*where));
  if (reference.kind != oci::Reference::Kind::layout) {
    return Error(ErrorKind::usage, *where + ": a registry, expected oci:DIR",
                 "a registry looks after its own store");
  }
  if (reference.tag || reference.digest) {
    return Error(ErrorKind::usage, *where + ": the whole layout is meant, without a tag or digest",
                 "write " + reference.name());
  }
  return LocalLayout{.directory = reference.layout, .name = reference.name()};
}

}  // namespace mpk::cli
