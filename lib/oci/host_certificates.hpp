// Certificates of single registries, where docker and podman keep them: DIR/HOST[:PORT]/*.
#pragma once

#include "base/env.hpp"
#include "base/result.hpp"
#include "base/url.hpp"
#include "http/transport.hpp"

#include <filesystem>
#include <functional>
#include <vector>

namespace mpk::oci {

/// ~/.config/containers/certs.d, /etc/containers/certs.d, ~/.config/docker/certs.d (rootless
/// docker) and /etc/docker/certs.d; containers-certs.d(5).
std::vector<std::filesystem::path> certificate_roots(const Env& env);

/// For http::TransportOptions::tls. The first of `roots` with a directory for the host of an https
/// URL counts alone: its *.crt are trusted, too, and a NAME.cert with NAME.key is shown to that
/// host. A directory that this user may not read is none. malformed: a *.crt that is no PEM, a
/// *.cert without its *.key or the other way round; unsupported: several *.cert. Each directory is
/// read once. Thread-safe.
std::function<Result<http::TlsFiles>(const Url&)> host_certificates(
    std::vector<std::filesystem::path> roots);

}  // namespace mpk::oci
