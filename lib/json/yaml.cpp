// YAML: libfyaml's events, refused or built into a Json one by one (no node tree, no expansion).
#include "json/yaml.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/path.hpp"
#include "json/yaml_scalar.hpp"

#include <libfyaml.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <utility>
#include <vector>

namespace mpk::json {
namespace {

// Paths repeat their ancestors: a deep and wide document would cost far more than its own size.
constexpr std::size_t kPositionBytes = 16 * limits::kYamlDocument;

struct Mark {
  std::size_t line = 1, column = 1;
};

/// The text's own errors, in the form "name:line:column: message".
class Source {
 public:
  explicit Source(std::string_view name) : name_(name) {}
  Error error(Mark mark, std::string_view message, ErrorKind kind = ErrorKind::malformed) const {
    return Error(kind, name_ + ":" + std::to_string(mark.line) + ":" + std::to_string(mark.column) +
                           ": " + std::string(message));
  }

 private:
  std::string name_;
};

/// libfyaml takes invalid UTF-8 and NUL for the end of input and lets other control characters
/// pass (YAML 1.2.2 §5.1 forbids them): all refused before it sees the text.
Result<void> check_characters(std::string_view text, const Source& source) {
  Mark mark;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) {
      return source.error(mark, "contains a control character");
    }
    mark = c == '\n' ? Mark{mark.line + 1, 1} : Mark{mark.line, mark.column + 1};
  }
  if (!is_valid_utf8(text)) return source.error({}, "text is not valid UTF-8");
  return {};
}

struct Frame {
  Json* container;
  std::string path;
  std::optional<std::string> key;  // read, its value not yet
};

class Builder {
 public:
  Builder(std::string_view text, const Source& source, YamlDocument& document, Json& root)
      : text_(text), source_(source), document_(document), root_(root) {}

  Result<void> take(fy_event& event) {
    if (fy_event_get_tag_token(&event) != nullptr) return refuse(event, "tags are not allowed");
    if (event.type == FYET_ALIAS || fy_event_get_anchor_token(&event) != nullptr) {
      return refuse(event, "anchors and aliases are not allowed");
    }
    switch (event.type) {
      case FYET_DOCUMENT_START:
        return start_document(event);
      case FYET_SCALAR:
        return scalar(event);
      case FYET_MAPPING_START:
        return enter(event, Json::object());
      case FYET_SEQUENCE_START:
        return enter(event, Json::array());
      case FYET_MAPPING_END:
      case FYET_SEQUENCE_END:
        open_.pop_back();
        return {};
      default:
        return {};
    }
  }

 private:
  Mark mark(fy_event& event) {
    // An empty scalar has no mark of its own: it stands where the last thing stood.
    if (const fy_mark* at = fy_event_start_mark(&event); at != nullptr && at->line >= 0) {
      last_ = {static_cast<std::size_t>(at->line) + 1, static_cast<std::size_t>(at->column) + 1};
    }
    return last_;
  }
  Error refuse(fy_event& event, std::string_view message) {
    return source_.error(mark(event), message);
  }

  Result<void> start_document(fy_event& event) {
    if (std::exchange(started_, true)) return refuse(event, "several documents in one file");
    const fy_document_state* state = event.document_start.document_state;
    const fy_version* version = fy_document_state_version(const_cast<fy_document_state*>(state));
    if (version != nullptr && (version->major != 1 || version->minor != 2)) {
      return refuse(event, "YAML version must be 1.2");  // 1.1 reads "no" and 012 in another way
    }
    return {};
  }

  /// The content of a scalar. libfyaml 0.7.12 counts adjacent '' pairs of a single-quoted scalar
  /// wrongly and cuts the text to a wrong length, so those are read here.
  Result<std::string> content(fy_event& event, fy_scalar_style style) {
    fy_token* token = fy_event_get_token(&event);
    if (token == nullptr) return std::string();
    if (style == FYSS_SINGLE_QUOTED) {
      const fy_mark *from = fy_event_start_mark(&event), *to = fy_event_end_mark(&event);
      const std::string_view raw = text_.substr(from->input_pos, to->input_pos - from->input_pos);
      if (raw.find_first_of("\r\n") == raw.npos) return unquote(raw);
      if (raw.find("''''") != raw.npos) {
        return refuse(event, "doubled quotes side by side in a text of several lines")
            .with_hint("use double quotes");
      }
    }
    std::size_t size = 0;
    const char* data = fy_token_get_text(token, &size);
    if (data == nullptr) return refuse(event, "scalar cannot be read");
    return std::string(data, size);
  }

  /// YAML 1.2.2 §7.3.2: nothing but the quote itself is escaped.
  static std::string unquote(std::string_view raw) {
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      out += raw[i];
      if (raw[i] == '\'') ++i;
    }
    return out;
  }

  Result<void> scalar(fy_event& event) {
    fy_token* token = fy_event_get_token(&event);
    const fy_scalar_style style = token == nullptr ? FYSS_PLAIN : fy_scalar_token_get_style(token);
    const bool plain = style == FYSS_PLAIN;
    const Mark at = mark(event);
    const std::string text = TRY(content(event, style));
    Json value;
    if (plain) {
      auto resolved = resolve_plain_scalar(text);
      if (!resolved) {
        return source_.error(at, resolved.error().message()).with_hint(resolved.error().hint());
      }
      value = resolved.take();
    } else {
      value = text;
    }
    if (expects_key()) return key(at, text, value, plain);
    add(at, std::move(value));
    return {};
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().container->is_object() && !open_.back().key;
  }

  Result<void> key(Mark at, std::string_view text, const Json& value, bool plain) {
    if (plain && text == "<<") return source_.error(at, "merge keys are not allowed");
    if (!value.is_string()) {
      return source_
          .error(at,
                 "key must be a string, found " + (text.empty() ? "nothing" : printable(text, 60)))
          .with_hint("put the key in quotes");
    }
    if (open_.back().container->contains(text)) {
      return source_.error(at, "duplicate key \"" + printable(text, 80) + "\"");
    }
    open_.back().key = std::string(text);
    remember(member_path(open_.back().path, text), at);
    return {};
  }

  Result<void> enter(fy_event& event, Json&& container) {
    const Mark at = mark(event);
    if (expects_key()) return source_.error(at, "key must be a string");
    if (open_.size() >= limits::kJsonDepth) {
      return source_.error(at,
                           "nested deeper than " + std::to_string(limits::kJsonDepth) + " levels",
                           ErrorKind::too_large);
    }
    std::string path = next_path();
    Json* place = add(at, std::move(container));
    open_.push_back({place, std::move(path), std::nullopt});
    return {};
  }

  std::string next_path() const {
    if (open_.empty()) return "$";
    const Frame& frame = open_.back();
    return frame.key ? member_path(frame.path, *frame.key)
                     : item_path(frame.path, frame.container->size());
  }

  Json* add(Mark at, Json&& value) {
    if (open_.empty()) {
      remember("$", at);
      return &(root_ = std::move(value));
    }
    Frame& frame = open_.back();
    if (frame.container->is_array()) {
      remember(next_path(), at);
      return &frame.container->get_ref<Json::array_t&>().emplace_back(std::move(value));
    }
    Json& place = (*frame.container)[*std::exchange(frame.key, std::nullopt)];
    return &(place = std::move(value));
  }

  void remember(std::string path, Mark at) {
    if (path.size() > budget_) return;
    budget_ -= path.size();
    document_.positions.emplace(std::move(path), YamlPosition{at.line, at.column});
  }

  std::string_view text_;
  const Source& source_;
  YamlDocument& document_;
  Json& root_;
  std::vector<Frame> open_;
  Mark last_;
  std::size_t budget_ = kPositionBytes;
  bool started_ = false;
};

struct Deleter {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};

Error syntax_error(fy_diag* diag, const Source& source) {
  void* position = nullptr;
  const fy_diag_error* first = fy_diag_errors_iterate(diag, &position);
  if (first == nullptr || first->msg == nullptr) return source.error({}, "invalid YAML");
  const auto at = [](int value) { return static_cast<std::size_t>(value > 0 ? value : 1); };
  return source.error({at(first->line), at(first->column)}, printable(first->msg, 200));
}

Result<void> read_events(std::string_view text, const Source& source, Builder& builder) {
  fy_diag_cfg diag_config;
  fy_diag_cfg_default(&diag_config);
  diag_config.fp = nullptr;
  diag_config.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};
  const std::unique_ptr<fy_diag, Deleter> diag(fy_diag_create(&diag_config));
  if (!diag) return Error(ErrorKind::internal, "YAML parser cannot be created");
  fy_diag_set_collect_errors(diag.get(), true);
  fy_parse_cfg config{};
  config.diag = diag.get();
  config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                                 FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE);
  const std::unique_ptr<fy_parser, Deleter> parser(fy_parser_create(&config));
  if (!parser || fy_parser_set_string(parser.get(), text.data(), text.size()) != 0) {
    return Error(ErrorKind::internal, "YAML parser cannot be created");
  }
  for (;;) {
    const auto release = [&](fy_event* event) { fy_parser_event_free(parser.get(), event); };
    const std::unique_ptr<fy_event, decltype(release)> event(fy_parser_parse(parser.get()),
                                                             release);
    if (!event || fy_parser_get_stream_error(parser.get())) return syntax_error(diag.get(), source);
    if (event->type == FYET_STREAM_END) return {};
    TRY(builder.take(*event));
  }
}

}  // namespace

Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name) {
  const Source source(name);
  if (text.size() > limits::kYamlDocument) {
    return source.error({},
                        "document has " + std::to_string(text.size()) + " bytes, the limit is " +
                            std::to_string(limits::kYamlDocument),
                        ErrorKind::too_large);
  }
  TRY(check_characters(text, source));
  YamlDocument document;
  try {
    const auto root = std::make_shared<Json>();
    Builder builder(text, source, document, *root);
    TRY(read_events(text, source, builder));
    document.value = root;
  } catch (const std::exception& exception) {
    return Error(ErrorKind::internal, "YAML reader: " + printable(exception.what(), 200));
  }
  return document;
}

std::string YamlDocument::where(std::string_view name, std::string_view path) const {
  for (;;) {
    if (const auto at = positions.find(std::string(path)); at != positions.end()) {
      return std::string(name) + ":" + std::to_string(at->second.line) + ":" +
             std::to_string(at->second.column);
    }
    const auto cut = path.find_last_of(".[");
    if (cut == path.npos) return std::string(name);
    path = path.substr(0, cut);
  }
}

}  // namespace mpk::json
