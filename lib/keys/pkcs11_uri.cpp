// pkcs11: URIs by p11-kit's parser.
#include "keys/pkcs11_uri.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "keys/pkcs11_kit.hpp"

#include <string_view>
#include <utility>
#include <vector>

namespace mpk::keys {
namespace {

constexpr std::size_t kPinFile = 4096;

std::optional<std::string> optional_text(const char* text) {
  if (text == nullptr || *text == '\0') return std::nullopt;
  return text;
}

}  // namespace

// Old drafts had the PIN in the path: such an attribute is left out, too.
std::string without_query(const std::string& uri) {
  const std::string_view text = uri;
  constexpr std::string_view kScheme = "pkcs11:";
  std::string_view path = text.substr(0, text.find('?'));
  path.remove_prefix(std::min(path.size(), kScheme.size()));
  std::vector<std::string> kept;
  for (const std::string_view part : split(path, ';')) {
    if (!lower_ascii(part).starts_with("pin")) kept.emplace_back(part);
  }
  return printable(std::string(kScheme) + join(kept, ";"), 200);
}

Result<Pkcs11Uri> Pkcs11Uri::parse(const std::string& text) {
  TRY(load_pkcs11_kit());
  std::string description = without_query(text);
  std::shared_ptr<P11KitUri> uri(pkcs11_kit().p11_kit_uri_new(), pkcs11_kit().p11_kit_uri_free);
  if (!uri) return Error{ErrorKind::internal, "no memory for a URI"};
  const int outcome = pkcs11_kit().p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get());
  if (outcome != P11_KIT_URI_OK || text.find('\0') != std::string::npos) {
    return Error{ErrorKind::usage, description + ": not a URI of RFC 7512",
                 "for example pkcs11:token=release;object=model?module-path=/usr/lib/…/module.so"};
  }
  // RFC 7512 §2.3: an attribute that is not known may be what tells two objects apart.
  if (pkcs11_kit().p11_kit_uri_any_unrecognized(uri.get()) != 0) {
    return Error{ErrorKind::usage, description + ": has an attribute that RFC 7512 does not have"};
  }
  return Pkcs11Uri(std::move(uri), std::move(description));
}

std::optional<std::string> Pkcs11Uri::module_path(const Env& env) const {
  auto path = optional_text(pkcs11_kit().p11_kit_uri_get_module_path(uri_.get()));
  if (path || module_name()) return path;
  return env.get("COSIGN_PKCS11_MODULE_PATH");
}

std::optional<std::string> Pkcs11Uri::module_name() const {
  return optional_text(pkcs11_kit().p11_kit_uri_get_module_name(uri_.get()));
}

Result<std::optional<crypto::Secret<std::string>>> Pkcs11Uri::pin(const Env& env) const {
  using Pin = std::optional<crypto::Secret<std::string>>;
  if (auto value = optional_text(pkcs11_kit().p11_kit_uri_get_pin_value(uri_.get()))) {
    return Pin(crypto::Secret(std::move(*value)));
  }
  if (auto source = optional_text(pkcs11_kit().p11_kit_uri_get_pin_source(uri_.get()))) {
    std::string_view path = *source;
    if (path.starts_with('|')) {
      return Error{ErrorKind::unsupported, description_ + ": pin-source is a program",
                   "write the PIN to a file that only you can read"};
    }
    for (const std::string_view scheme : {"file://", "file:"}) {
      if (!path.starts_with(scheme)) continue;
      path.remove_prefix(scheme.size());
      break;
    }
    auto text = read_file(path, kPinFile);
    if (!text) {
      return std::move(text)
          .error()
          .with_kind(ErrorKind::usage)
          .with("pin-source of " + description_);
    }
    crypto::Secret<std::string> whole(text.take());
    std::string line = whole.get().substr(0, whole.get().find_first_of("\r\n"));
    return Pin(crypto::Secret(std::move(line)));
  }
  auto value = env.get("COSIGN_PKCS11_PIN");
  if (!value) return Pin();
  return Pin(crypto::Secret(std::move(*value)));
}

}  // namespace mpk::keys
