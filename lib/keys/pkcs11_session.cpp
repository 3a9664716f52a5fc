// PKCS#11 2.40 by p11-kit, which loads modules and lets several users of one share it.
#include "keys/pkcs11_session.hpp"

#include "base/text.hpp"
#include "keys/pkcs11_kit.hpp"

#include <array>
#include <cstring>
#include <optional>
#include <utility>

namespace mpk::keys {

namespace {

constexpr std::size_t kMostObjects = 16;
constexpr std::size_t kLongestAttribute = 64U << 10;  // a certificate
constexpr std::size_t kLongestSignature = 2048;

std::string kit_message() {
  const char* message = pkcs11_kit().p11_kit_message();
  return message == nullptr ? "no reason given" : lower_ascii(printable(message, 200));
}

ErrorKind kind_of(CK_RV code) {
  switch (code) {
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return ErrorKind::usage;
    case CKR_PIN_LOCKED:
    case CKR_PIN_EXPIRED:
    case CKR_KEY_FUNCTION_NOT_PERMITTED:
      return ErrorKind::denied;
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_KEY_TYPE_INCONSISTENT:
    case CKR_FUNCTION_NOT_SUPPORTED:
      return ErrorKind::unsupported;
    default:
      return ErrorKind::io;
  }
}

}  // namespace

/// The module that the URI names, or all that are registered; initialized as long as this lives.
struct Pkcs11Session::Modules {
  CK_FUNCTION_LIST* named = nullptr;
  CK_FUNCTION_LIST** registered = nullptr;
  std::vector<CK_FUNCTION_LIST*> usable;

  Modules() = default;
  Modules(const Modules&) = delete;
  Modules& operator=(const Modules&) = delete;
  ~Modules() {
    if (!usable.empty() && named != nullptr) pkcs11_kit().p11_kit_module_finalize(named);
    if (named != nullptr) pkcs11_kit().p11_kit_module_release(named);
    if (registered != nullptr) pkcs11_kit().p11_kit_modules_finalize_and_release(registered);
  }

  Result<void> load(const std::string& path) {
    named = pkcs11_kit().p11_kit_module_load(path.c_str(), 0);
    if (named == nullptr) {
      return Error{ErrorKind::not_found,
                   "PKCS#11 module " + printable(path, 200) + " cannot be loaded: " + kit_message(),
                   "name the module's file: ?module-path=/usr/lib/…/module.so"};
    }
    const CK_RV code = pkcs11_kit().p11_kit_module_initialize(named);
    if (code != CKR_OK) {
      return Error{ErrorKind::io,
                   "PKCS#11 module " + printable(path, 200) +
                       " cannot be started: " + lower_ascii(pkcs11_kit().p11_kit_strerror(code))};
    }
    usable.push_back(named);
    return {};
  }

  Result<void> load_registered(const std::optional<std::string>& name) {
    registered = pkcs11_kit().p11_kit_modules_load_and_initialize(0);
    for (auto* module = registered; module != nullptr && *module != nullptr; ++module) {
      usable.push_back(*module);
    }
    if (name) {
      CK_FUNCTION_LIST* one = pkcs11_kit().p11_kit_module_for_name(registered, name->c_str());
      usable.clear();
      if (one != nullptr) usable.push_back(one);
    }
    if (!usable.empty()) return {};
    return Error{ErrorKind::not_found,
                 name ? "no PKCS#11 module is registered as " + printable(*name, 60)
                      : std::string("no PKCS#11 module is registered on this machine"),
                 "name the module's file: ?module-path=/usr/lib/…/module.so"};
  }
};

Pkcs11Session::Pkcs11Session(Pkcs11Uri uri, std::unique_ptr<Modules> modules)
    : uri_(std::move(uri)), modules_(std::move(modules)) {}

Pkcs11Session::~Pkcs11Session() {
  if (session_ != 0) module_->C_CloseSession(session_);
}

Result<std::unique_ptr<Pkcs11Session>> Pkcs11Session::open(const Pkcs11Uri& uri,
                                                           const KeyAccess& access) {
  auto modules = std::make_unique<Modules>();
  if (const auto path = uri.module_path(access.env)) {
    TRY(modules->load(*path));
  } else {
    TRY(modules->load_registered(uri.module_name()));
  }
  std::unique_ptr<Pkcs11Session> session(new Pkcs11Session(uri, std::move(modules)));
  TRY(session->choose_token());
  return session;
}

Error Pkcs11Session::error(CK_RV code, const std::string& what) const {
  // p11-kit's texts are sentences: "The PIN is incorrect".
  return Error{kind_of(code), uri_.description() + ": " + what + " (" +
                                  lower_ascii(pkcs11_kit().p11_kit_strerror(code)) + ")"};
}

Result<void> Pkcs11Session::choose_token() {
  const CK_SLOT_ID wanted = pkcs11_kit().p11_kit_uri_get_slot_id(uri_.native());
  CK_SLOT_ID found = 0;
  std::size_t matches = 0;
  for (CK_FUNCTION_LIST* module : modules_->usable) {
    std::array<CK_SLOT_ID, 256> slots{};
    CK_ULONG count = slots.size();
    if (module->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) continue;
    for (CK_ULONG at = 0; at < count; ++at) {
      CK_TOKEN_INFO info{};
      if (module->C_GetTokenInfo(slots.at(at), &info) != CKR_OK) continue;
      if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) continue;
      if (pkcs11_kit().p11_kit_uri_match_token_info(uri_.native(), &info) != 1) continue;
      if (wanted != CK_UNAVAILABLE_INFORMATION && wanted != slots.at(at)) continue;
      ++matches;
      module_ = module;
      found = slots.at(at);
      token_ = info;
    }
  }
  if (matches != 1) {
    return Error{ErrorKind::usage,
                 uri_.description() + (matches == 0 ? ": no such token" : ": more than one token"),
                 "p11tool --list-tokens shows the tokens; name one with token=…"};
  }
  const CK_RV code = module_->C_OpenSession(found, CKF_SERIAL_SESSION, nullptr, nullptr, &session_);
  if (code == CKR_OK) return {};
  session_ = 0;
  return error(code, "the token cannot be opened");
}

bool Pkcs11Session::login_required() const { return (token_.flags & CKF_LOGIN_REQUIRED) != 0; }

Result<void> Pkcs11Session::enter(CK_USER_TYPE user, const std::string* pin) {
  // No PIN: the reader has its own keys for it.
  auto* text =
      pin == nullptr ? nullptr : reinterpret_cast<CK_UTF8CHAR*>(const_cast<char*>(pin->data()));
  const CK_RV code = module_->C_Login(session_, user, text, pin == nullptr ? 0 : pin->size());
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (code == CKR_PIN_INCORRECT) return Error{ErrorKind::usage, uri_.description() + ": wrong PIN"};
  return error(code, "login failed");
}

Result<void> Pkcs11Session::login(const KeyAccess& access) {
  if (logged_in_ || !login_required()) return {};
  if ((token_.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {
    TRY(enter(CKU_USER, nullptr));
    logged_in_ = true;
    return {};
  }
  auto pin = TRY(uri_.pin(access.env));
  if (!pin && access.ask) {
    pin = crypto::Secret(TRY(access.ask("PIN of " + uri_.description())));
  }
  if (!pin) {
    return Error{ErrorKind::usage, uri_.description() + ": needs a PIN",
                 "give pin-source=FILE in the URI's query, or set COSIGN_PKCS11_PIN"};
  }
  pin_ = std::move(*pin);
  TRY(enter(CKU_USER, &pin_.get()));
  logged_in_ = true;
  return {};
}

Pkcs11Session::Like Pkcs11Session::wanted() const {
  const auto value = [this](CK_ATTRIBUTE_TYPE type) {
    const CK_ATTRIBUTE* attribute = pkcs11_kit().p11_kit_uri_get_attribute(uri_.native(), type);
    if (attribute == nullptr) return Bytes();
    const auto* data = static_cast<const std::uint8_t*>(attribute->pValue);
    return Bytes(data, data + attribute->ulValueLen);
  };
  return {value(CKA_LABEL), value(CKA_ID)};
}

Result<std::vector<CK_OBJECT_HANDLE>> Pkcs11Session::find(CK_OBJECT_CLASS type, const Like& like) {
  Bytes label = like.label;
  Bytes id = like.id;
  std::vector<CK_ATTRIBUTE> pattern = {{CKA_CLASS, &type, sizeof type}};
  if (!label.empty()) pattern.push_back({CKA_LABEL, label.data(), label.size()});
  if (!id.empty()) pattern.push_back({CKA_ID, id.data(), id.size()});
  CK_RV code = module_->C_FindObjectsInit(session_, pattern.data(), pattern.size());
  if (code != CKR_OK) return error(code, "objects cannot be listed");
  std::vector<CK_OBJECT_HANDLE> objects(kMostObjects);
  CK_ULONG count = 0;
  code = module_->C_FindObjects(session_, objects.data(), objects.size(), &count);
  module_->C_FindObjectsFinal(session_);
  if (code != CKR_OK) return error(code, "objects cannot be listed");
  objects.resize(count);
  return objects;
}

Bytes Pkcs11Session::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  CK_ATTRIBUTE attribute{type, nullptr, 0};
  if (module_->C_GetAttributeValue(session_, object, &attribute, 1) != CKR_OK ||
      attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION ||
      attribute.ulValueLen > kLongestAttribute) {
    return {};
  }
  Bytes value(attribute.ulValueLen);
  attribute.pValue = value.data();
  if (module_->C_GetAttributeValue(session_, object, &attribute, 1) != CKR_OK) return {};
  value.resize(attribute.ulValueLen);
  return value;
}

CK_ULONG Pkcs11Session::number(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
  const Bytes value = attribute(object, type);
  CK_ULONG out = CK_UNAVAILABLE_INFORMATION;
  if (value.size() == sizeof out) std::memcpy(&out, value.data(), sizeof out);
  return out;
}

Result<Bytes> Pkcs11Session::sign(CK_OBJECT_HANDLE key, CK_MECHANISM_TYPE mechanism,
                                  BytesView data) {
  CK_MECHANISM chosen{mechanism, nullptr, 0};
  CK_RV code = module_->C_SignInit(session_, &chosen, key);
  if (code != CKR_OK) return error(code, "the token does not sign with this key");
  const Bytes always = attribute(key, CKA_ALWAYS_AUTHENTICATE);
  if (!always.empty() && always.front() != 0) {
    const bool own_keys = (token_.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    TRY(enter(CKU_CONTEXT_SPECIFIC, own_keys ? nullptr : &pin_.get()));
  }
  Bytes input(data.begin(), data.end());
  Bytes signature(kLongestSignature);
  CK_ULONG size = signature.size();
  code = module_->C_Sign(session_, input.data(), input.size(), signature.data(), &size);
  if (code != CKR_OK) return error(code, "the token did not sign");
  signature.resize(size);
  return signature;
}

}  // namespace mpk::keys
