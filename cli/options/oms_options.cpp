// Options of model signing: from words to what the use case takes.
#include "options/oms_options.hpp"

#include "base/text.hpp"

namespace mpk::cli {

void ModelRuleOptions::add_to(OptionSet& set) {
  set.option("--ignore-paths", "PATH", ignore_paths,
             "Of a directory: this file or directory in it is no part of the model; repeatable",
             ValueKind::file);
  set.flag("--no-ignore-git-paths", no_ignore_git_paths,
           "Of a directory: .git, .github, .gitignore and .gitattributes are part of the model");
  set.flag("--allow-symlinks", allow_symlinks,
           "Of a directory: take symlinks for the files that they lead to");
}

flow::ModelRules ModelRuleOptions::rules(const std::string& signature) const {
  return {.allow_symlinks = allow_symlinks,
          .ignore_git_paths = !no_ignore_git_paths,
          .ignore_paths = ignore_paths,
          .signature = signature};
}

void ModelSignOptions::add_to(OptionSet& set) {
  set.flag("--oms", oms,
           "OpenSSF Model Signing: of a file, instead of its own signature; of an artifact, beside "
           "it, from the layers' digests");
  set.choice("--oms-method", method, {"files", "shards"},
             "Of a directory: a digest for each file, or for each shard of one");
  set.option("--shard-size", "BYTES", shard_size,
             "With --oms-method shards: bytes of a shard (default: 1000000000)");
  set.choice("--oms-hash", hash, {"sha256", "blake2b", "blake3"},
             "Of a directory: how files are hashed");
  rules.add_to(set);
}

Result<flow::ModelSigning> ModelSignOptions::resolve(const std::string& signature) const {
  flow::ModelSigning out{.rules = rules.rules(signature)};
  out.method = method == "shards" ? oms::Method::shards : oms::Method::files;
  out.hash = TRY(oms::parse_hash_type(hash));
  if (!shard_size) return out;
  if (out.method == oms::Method::files) {
    return Error(ErrorKind::usage, "--shard-size is for --oms-method shards");
  }
  const auto size = parse_u64(*shard_size);
  if (!size || *size == 0) {
    return Error(ErrorKind::usage,
                 "--shard-size " + printable(*shard_size, 40) + ": expected a number of bytes");
  }
  out.shard_size = *size;
  return out;
}

bool ModelSignOptions::given() const { return oms || !only_oms(); }

bool ModelSignOptions::only_oms() const {
  return !rules.given() && !shard_size && method == "files" && hash == "sha256";
}

void ModelVerifyOptions::add_to(OptionSet& set) {
  set.option("--only", "PATH", only,
             "Of a directory: hash and judge this signed file alone; repeatable", ValueKind::file);
  set.flag("--ignore-unsigned-files", ignore_unsigned_files,
           "Of a directory: accept files that were not signed");
  rules.add_to(set);
}

flow::ModelVerifying ModelVerifyOptions::resolve(const std::string& signature) const {
  return {.rules = rules.rules(signature),
          .ignore_unsigned_files = ignore_unsigned_files,
          .only = only};
}

}  // namespace mpk::cli
