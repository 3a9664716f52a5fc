// YAML: libyaml's events, refused or built into a Json one by one (no node tree, no expansion).
#include "json/yaml.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"
#include "json/path.hpp"
#include "json/yaml_scalar.hpp"
#include "json/yaml_stream.hpp"

#include <nlohmann/json.hpp>
#include <yaml.h>

#include <limits>
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

Mark to_mark(const yaml_mark_t& mark) { return {mark.line + 1, mark.column + 1}; }

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

/// YAML 1.2.2 §5.1 forbids control characters. NEL, LS and PS end a line for libyaml (YAML 1.1) and
/// not for YAML 1.2: text that two readers would split differently is refused.
Result<void> check_characters(std::string_view text, const Source& source) {
  if (!is_valid_utf8(text)) return source.error({}, "text is not valid UTF-8");
  Mark mark;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7f) {
      return source.error(mark, "contains a control character");
    }
    const std::string_view rest = text.substr(i, 3);
    if (rest.starts_with("\xc2\x85") || rest == "\xe2\x80\xa8" || rest == "\xe2\x80\xa9") {
      return source.error(mark, "contains a Unicode line separator");
    }
    if (c == '\r' && !text.substr(i + 1).starts_with('\n')) {
      return source.error(mark, "contains a carriage return without a line feed");
    }
    if (c == '\n') {
      mark = {mark.line + 1, 1};
    } else if ((byte & 0xC0) != 0x80) {
      ++mark.column;
    }
  }
  return {};
}

/// In what a stream differs from a file that somebody has typed.
struct Reading {
  bool is_stream = false;
  std::size_t values_left = std::numeric_limits<std::size_t>::max();
};

constexpr std::size_t kStreamPositions = 2;  // levels below the root: a list's items

struct Frame {
  Json* container;
  std::string path;
  std::optional<std::string> key;  // read, its value not yet
};

class Builder {
 public:
  Builder(const Source& source, Reading& reading, YamlDocument& document, Json& root)
      : source_(source), reading_(reading), document_(document), root_(root) {}

  Result<void> take(const yaml_event_t& event) {
    const Mark at = to_mark(event.start_mark);
    switch (event.type) {
      case YAML_ALIAS_EVENT:
        return source_.error(at, kNoAnchors);
      case YAML_DOCUMENT_START_EVENT:
        return start_document(at, event);
      case YAML_SCALAR_EVENT:
        TRY(check_properties(at, event.data.scalar.anchor, event.data.scalar.tag));
        return scalar(at, event);
      case YAML_MAPPING_START_EVENT:
        TRY(check_properties(at, event.data.mapping_start.anchor, event.data.mapping_start.tag));
        return enter(at, Json::object());
      case YAML_SEQUENCE_START_EVENT:
        TRY(check_properties(at, event.data.sequence_start.anchor, event.data.sequence_start.tag));
        return enter(at, Json::array());
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT:
        open_.pop_back();
        return {};
      default:
        return {};
    }
  }

 private:
  static constexpr std::string_view kNoAnchors = "anchors and aliases are not allowed";

  Result<void> check_properties(Mark at, const yaml_char_t* anchor, const yaml_char_t* tag) const {
    if (tag != nullptr) return source_.error(at, "tags are not allowed");
    if (anchor != nullptr) return source_.error(at, kNoAnchors);
    return {};
  }

  Result<void> start_document(Mark at, const yaml_event_t& event) {
    if (std::exchange(started_, true)) return source_.error(at, "several documents in one file");
    const yaml_version_directive_t* version = event.data.document_start.version_directive;
    if (version != nullptr && (version->major != 1 || version->minor != 2)) {
      return source_.error(at,
                           "YAML version must be 1.2");  // 1.1 reads "no" and 012 in another way
    }
    return {};
  }

  Result<void> scalar(Mark at, const yaml_event_t& event) {
    const std::string text(reinterpret_cast<const char*>(event.data.scalar.value),
                           event.data.scalar.length);
    const bool plain = event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    Json value;
    if (plain) {
      auto resolved = resolve_plain_scalar(text);
      if (!resolved && !reading_.is_stream)
        return source_.error(at, resolved.error().message()).with_hint(resolved.error().hint());
      value = resolved ? resolved.take() : Json(text);
    } else {
      value = text;
    }
    if (expects_key()) return key(at, text, value, plain);
    TRY(count(at));
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
    if (has_positions()) remember(member_path(open_.back().path, text), at);
    return {};
  }

  Result<void> count(Mark at) {
    if (reading_.values_left == 0)
      return source_.error(at, "too many values", ErrorKind::too_large);
    --reading_.values_left;
    return {};
  }

  bool has_positions() const { return !reading_.is_stream || open_.size() <= kStreamPositions; }

  Result<void> enter(Mark at, Json&& container) {
    if (expects_key()) return source_.error(at, "key must be a string");
    if (open_.size() >= limits::kJsonDepth) {
      return source_.error(at,
                           "nested deeper than " + std::to_string(limits::kJsonDepth) + " levels",
                           ErrorKind::too_large);
    }
    TRY(count(at));
    std::string path = has_positions() ? next_path() : std::string();
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
      if (has_positions()) remember(next_path(), at);
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

  const Source& source_;
  Reading& reading_;
  YamlDocument& document_;
  Json& root_;
  std::vector<Frame> open_;
  std::size_t budget_ = kPositionBytes;
  bool started_ = false;
};

struct Parser : yaml_parser_t {
  explicit Parser(std::string_view text) : ready(yaml_parser_initialize(this) == 1) {
    if (!ready) return;
    yaml_parser_set_encoding(this, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(this, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Parser() {
    if (ready) yaml_parser_delete(this);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  const bool ready;
};

struct Event : yaml_event_t {
  Event() : yaml_event_t() {}
  ~Event() { yaml_event_delete(this); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
};

/// libyaml speaks of "a character that cannot start any token"; people know the thing as a tab.
bool is_indented_by_tab(std::string_view text, std::size_t line) {
  for (; line > 0; --line) text.remove_prefix(text.find('\n') + 1);
  const std::string_view indent = text.substr(0, text.find_first_not_of(" \t"));
  return indent.find('\t') != indent.npos;
}

Error syntax_error(const Parser& parser, std::string_view text, const Source& source) {
  if (parser.error == YAML_MEMORY_ERROR) {
    return Error(ErrorKind::internal, "YAML parser is out of memory");
  }
  const Mark at = to_mark(parser.problem_mark);
  if (is_indented_by_tab(text, at.line - 1)) return source.error(at, "tab used as indentation");
  std::string message(parser.problem == nullptr ? "invalid YAML" : parser.problem);
  if (parser.context != nullptr) message.append(" (").append(parser.context).append(")");
  return source.error(at, printable(message, 200));
}

template <class Take>
Result<void> read_events(std::string_view text, const Source& source, const Take& take) {
  Parser parser(text);
  if (!parser.ready) return Error(ErrorKind::internal, "YAML parser is out of memory");
  for (;;) {
    Event event;
    if (yaml_parser_parse(&parser, &event) != 1) return syntax_error(parser, text, source);
    if (event.type == YAML_STREAM_END_EVENT) return {};
    TRY(take(event));
  }
}

/// What both readers check before; then without a byte order mark.
Result<std::string_view> check_text(std::string_view text, std::size_t cap, const Source& source) {
  if (text.size() > cap) {
    return source.error({},
                        "document has " + std::to_string(text.size()) + " bytes, the limit is " +
                            std::to_string(cap),
                        ErrorKind::too_large);
  }
  TRY(check_characters(text, source));
  // libyaml counts the mark as a column and then takes the second line for less indented.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

Error reader_failed(const std::exception& exception) {
  return {ErrorKind::internal, "YAML reader: " + printable(exception.what(), 200)};
}

}  // namespace

Result<YamlDocument> parse_yaml(std::string_view text, std::string_view name) {
  const Source source(name);
  text = TRY(check_text(text, limits::kYamlDocument, source));
  YamlDocument document;
  try {
    const auto root = std::make_shared<Json>();
    Reading reading;
    Builder builder(source, reading, document, *root);
    TRY(read_events(text, source, [&](const yaml_event_t& event) { return builder.take(event); }));
    document.value = root;
  } catch (const std::exception& exception) {
    return reader_failed(exception);
  }
  return document;
}

Result<std::vector<YamlDocument>> parse_yaml_stream(std::string_view text, std::string_view name,
                                                    const YamlStreamOptions& options) {
  const Source source(name);
  text = TRY(check_text(text, options.max_bytes, source));
  std::vector<YamlDocument> documents;
  YamlDocument document;
  std::shared_ptr<Json> root;
  Reading reading{.is_stream = true, .values_left = options.max_values};
  std::optional<Builder> builder;
  const auto take = [&](const yaml_event_t& event) -> Result<void> {
    if (event.type == YAML_DOCUMENT_START_EVENT) {
      document = {};
      root = std::make_shared<Json>();
      builder.emplace(source, reading, document, *root);
    }
    if (event.type == YAML_DOCUMENT_END_EVENT) {
      document.value = std::move(root);
      documents.push_back(std::move(document));
      builder.reset();
    }
    return builder ? builder->take(event) : Result<void>();
  };
  try {
    TRY(read_events(text, source, take));
  } catch (const std::exception& exception) {
    return reader_failed(exception);
  }
  return documents;
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

Error YamlDocument::located(std::string_view name, const Error& error) const {
  const auto& message = error.message();
  const auto path = message.substr(0, message.find(": "));
  return {ErrorKind::usage, where(name, path) + ": " + message, error.hint()};
}

}  // namespace mpk::json
