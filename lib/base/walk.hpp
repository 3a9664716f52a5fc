// Walk: the files of a model directory, sorted, under one rule of what belongs to a model.
#pragma once

#include "base/glob.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mpk {

struct WalkFile {
  std::string path;                // relative, '/'-separated, valid UTF-8
  std::filesystem::path absolute;  // what to open (the target, where a symlink was followed)
  std::uint64_t size = 0;
  bool executable = false;  // owner's execute bit
};

struct WalkResult {
  std::vector<WalkFile> files;       // sorted by path, bytewise
  std::vector<std::string> ignored;  // what the rule left out; directories end in '/'
};

/// The rule shared by pack, aibom, sign and scan. Out are ".git*", caches (.cache, __pycache__,
/// *.pyc, .ipynb_checkpoints, .DS_Store), editor left-overs (*~, *.swp, .idea, .vscode), what looks
/// like a secret (see below), a subdirectory that holds a file "oci-layout" (as a whole),
/// ".mpkignore" itself and what it lists; its "!NAME" takes a name back in, but not an image
/// layout. Other hidden files are in. A symlink is followed when its target is a regular file
/// inside `root` that doesn't look like a secret, or lies in the same Hugging Face cache (root is
/// …/snapshots/<rev>, target in …/blobs/); a symlinked directory or any other target is refused by
/// name.
/// usage: root missing, unreadable, not a directory or an image layout itself, a refused symlink, a
/// socket/device/fifo, a name that is not UTF-8; too_large: over limits::kModelFiles or
/// limits::kTreeDepth.
Result<WalkResult> walk_model(const std::filesystem::path& root);

/// Whether the name of a path, as in `ignored`, is one that passwords, tokens or private keys are
/// kept under: .env*, .netrc, .git-credentials, .npmrc, .pypirc, .pgpass, .htpasswd, .ssh, .aws,
/// .azure, .gnupg, .kube, .docker/config.json, .dockercfg, id_rsa and its like, *.pem, *.key,
/// *.p12,
/// *.pfx, *.ppk. The contents are not looked at.
bool looks_like_secret(std::string_view path);

}  // namespace mpk
