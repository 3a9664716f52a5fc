// From what a person wrote to the rules of oms/tree.hpp.
#include "flow/model_tree.hpp"

#include <system_error>

namespace mpk::flow {

Result<oms::TreeRules> tree_rules(const std::filesystem::path& model, const ModelRules& rules) {
  std::error_code failure;
  const auto root = std::filesystem::canonical(model, failure);
  if (failure) {
    return Error(ErrorKind::usage, model.native() + ": no such file or directory");
  }
  oms::TreeRules out{.allow_symlinks = rules.allow_symlinks,
                     .ignore_git_paths = rules.ignore_git_paths};
  if (!std::filesystem::is_directory(root, failure)) return out;
  for (const auto& path : rules.ignore_paths) {
    out.ignore_paths.push_back(TRY(oms::ignore_path(root, path).with("--ignore-paths")));
  }
  if (rules.signature) {
    auto path = oms::path_below(root, *rules.signature);
    if (!path.empty()) out.ignore_paths.push_back(std::move(path));
  }
  return out;
}

oms::HashOptions hash_options(const Context& context) {
  return {.progress = &context.progress, .stats = &context.stats, .cancel = context.cancel};
}

}  // namespace mpk::flow
