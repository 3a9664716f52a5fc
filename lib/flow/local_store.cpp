// The local store.
#include "flow/local_store.hpp"

#include "oci/layout_store.hpp"

namespace mpk::flow {

Result<std::filesystem::path> local_store_path(const Context& context) {
  return TRY(context.env.data_dir()) / "store";
}

Result<std::unique_ptr<oci::Store>> open_local_store(const Context& context, StoreUse use) {
  auto path = TRY(local_store_path(context));
  if (use.create) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
      return Error(ErrorKind::io, "local store " + path.string() + ": " + error.message(),
                   "set XDG_DATA_HOME, or use -t oci:DIR:TAG");
    }
  }
  // Not a word of the user's: there is just nothing in it yet.
  std::error_code ignored;
  if (!use.create && !std::filesystem::exists(path, ignored))
    return Error(ErrorKind::not_found, "local store " + path.string() + ": no such directory");
  return oci::open_layout(path, {.create = use.create,
                                 .reference_names = true,
                                 .cancel = context.cancel,
                                 .by_reference = use.by_reference});
}

}  // namespace mpk::flow
