// certs.d: which files belong to which host.
#include "oci/host_certificates.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace mpk::oci {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAuthorities = 4U << 20;

// As a user writes it, with the default port or without.
std::vector<std::string> directory_names(const Url& url) {
  if (url.scheme != "https") return {};
  // A name from a redirect must stay below the root.
  if (url.host.empty() || url.host.starts_with('.') || url.host.find('/') != std::string::npos)
    return {};
  const auto with_port = fmt::format("{}:{}", url.host, url.effective_port());
  if (url.authority() == with_port) return {with_port};
  return {url.authority(), with_port};
}

// nullopt: there is none that this user may read.
std::optional<std::vector<fs::path>> files_in(const fs::path& directory) {
  std::error_code failed;
  std::vector<fs::path> out;
  for (fs::directory_iterator entry(directory, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    out.push_back(entry->path());
  }
  if (failed) return std::nullopt;
  std::ranges::sort(out);
  return out;
}

Result<std::string> read_authority(const fs::path& file) {
  auto pem = TRY(read_file(file, kAuthorities));
  // libcurl would pass over it without a word.
  if (pem.find("CERTIFICATE-----") != std::string::npos) return pem + "\n";
  return Error(ErrorKind::malformed, file.native() + ": no certificate in PEM form");
}

Error lacks(const fs::path& file, const char* other) {
  return {ErrorKind::malformed, fmt::format("{}: there is no {} beside it", file.native(), other),
          "a client certificate is NAME.cert with NAME.key, an authority's is NAME.crt"};
}

Result<http::TlsFiles> read_directory(const std::vector<fs::path>& files) {
  http::TlsFiles out;
  const auto has = [&](const fs::path& file) {
    return std::ranges::find(files, file) != files.end();
  };
  for (const auto& file : files) {
    const auto kind = file.extension();
    if (kind == ".crt") out.authorities += TRY(read_authority(file));
    if (kind == ".key" && !has(fs::path(file).replace_extension(".cert")))
      return lacks(file, "*.cert");
    if (kind != ".cert") continue;
    const auto key = fs::path(file).replace_extension(".key");
    if (!has(key)) return lacks(file, "*.key");
    if (!out.certificate.empty()) {
      return Error(ErrorKind::unsupported,
                   file.parent_path().native() + ": more than one client certificate",
                   "leave the one that mpk is to show to this host");
    }
    out.certificate = file;
    out.key = key;
  }
  return out;
}

class HostCertificates {
 public:
  explicit HostCertificates(std::vector<fs::path> roots) : roots_(std::move(roots)) {}

  Result<http::TlsFiles> of(const Url& url) {
    const auto names = directory_names(url);
    if (names.empty()) return http::TlsFiles();
    const std::scoped_lock lock(mutex_);
    auto known = known_.find(names.back());
    if (known == known_.end()) known = known_.emplace(names.back(), look_up(names)).first;
    return known->second;
  }

 private:
  Result<http::TlsFiles> look_up(const std::vector<std::string>& names) const {
    for (const auto& root : roots_) {
      for (const auto& name : names) {
        if (const auto files = files_in(root / name)) return read_directory(*files);
      }
    }
    return http::TlsFiles();
  }

  const std::vector<fs::path> roots_;
  std::mutex mutex_;
  std::map<std::string, Result<http::TlsFiles>> known_;
};

}  // namespace

std::vector<fs::path> certificate_roots(const Env& env) {
  std::vector<fs::path> out;
  const auto home = env.home();
  if (home) out.push_back(*home / ".config/containers/certs.d");
  out.emplace_back("/etc/containers/certs.d");
  if (home) out.push_back(*home / ".config/docker/certs.d");
  out.emplace_back("/etc/docker/certs.d");
  return out;
}

std::function<Result<http::TlsFiles>(const Url&)> host_certificates(std::vector<fs::path> roots) {
  return [known = std::make_shared<HostCertificates>(std::move(roots))](const Url& url) {
    return known->of(url);
  };
}

}  // namespace mpk::oci
