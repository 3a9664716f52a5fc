// PickleMachine: numbers, strings and collections.
#include "base/text.hpp"
#include "scan/pickle_machine.hpp"

#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

namespace mpk::scan {
namespace {

constexpr std::size_t kLine = 1U << 20;  // a long number or string in protocol 0

/// torch/serialization.py, MAGIC_NUMBER, as LONG1 writes it.
constexpr std::string_view kTorchMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kTorchMagicDecimal = "119547037146038801333356";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// `digits` hexadecimal ones at `at`; nullopt: there are fewer.
std::optional<std::uint32_t> hex_number(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < digits || at > text.size() - digits) return std::nullopt;
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const int digit = hex_digit(text[at + i]);
    if (digit < 0) return std::nullopt;
    out = out * 16 + static_cast<std::uint32_t>(digit);
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | (code >> 6U));
    add(0x80 | (code & 63U));
  } else if (code < 0x10000) {
    add(0xe0 | (code >> 12U));
    add(0x80 | ((code >> 6U) & 63U));
    add(0x80 | (code & 63U));
  } else {
    add(0xf0 | ((code >> 18U) & 7U));
    add(0x80 | ((code >> 12U) & 63U));
    add(0x80 | ((code >> 6U) & 63U));
    add(0x80 | (code & 63U));
  }
}

}  // namespace

// Python's bytes escapes (codecs.escape_decode).
std::optional<std::string> unquoted(std::string_view line) {
  line = trim(line);
  if (line.size() < 2 || line.front() != line.back() || (line[0] != '\'' && line[0] != '"'))
    return std::nullopt;
  line = line.substr(1, line.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
      continue;
    }
    const char next = line[++i];
    static constexpr std::string_view kFrom = "abfnrtv\\'\"", kTo = "\a\b\f\n\r\t\v\\'\"";
    if (const auto at = kFrom.find(next); at != std::string_view::npos) {
      out += kTo[at];
    } else if (next == 'x') {
      const auto code = hex_number(line, i + 1, 2);
      if (!code) return std::nullopt;
      out += static_cast<char>(*code);
      i += 2;
    } else if (next >= '0' && next <= '7') {
      unsigned code = 0;
      std::size_t digits = 0;
      while (digits < 3 && i < line.size() && line[i] >= '0' && line[i] <= '7') {
        code = code * 8 + static_cast<unsigned>(line[i++] - '0');
        ++digits;
      }
      --i;
      out += static_cast<char>(code);
    } else {
      out += '\\';
      out += next;
    }
  }
  return out;
}

// Python's raw-unicode-escape: \uXXXX and \UXXXXXXXX only.
std::string raw_unicode(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool escape = line[i] == '\\' && i + 1 < line.size() && (line[i + 1] | 0x20) == 'u';
    const std::size_t digits = escape && line[i + 1] == 'U' ? 8 : 4;
    const auto code = escape ? hex_number(line, i + 2, digits) : std::nullopt;
    if (code) {
      append_utf8(out, *code);
      i += 1 + digits;
    } else {
      append_utf8(out, static_cast<unsigned char>(line[i]));  // the rest is Latin-1
    }
  }
  return out;
}

bool PickleMachine::push_number(std::optional<std::uint64_t> bits, std::size_t width,
                                bool is_signed) {
  if (!bits) return fail("a number is cut off");
  auto number = static_cast<std::int64_t>(*bits);
  if (is_signed && width == 4) number = static_cast<std::int32_t>(*bits);
  return push({.kind = Kind::integer, .known = true, .number = number});
}

bool PickleMachine::push_long(std::optional<std::uint64_t> size) {
  const auto bytes = size ? cursor_.take(*size, 16) : std::nullopt;
  if (!bytes) return fail("a number is cut off");
  if (*size == kTorchMagic.size() && *bytes == kTorchMagic) walk_.torch_magic = true;
  Value out{.kind = Kind::integer};
  if (*size < 8) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes->size(); ++i)
      number |= std::uint64_t{static_cast<unsigned char>((*bytes)[i])} << (8 * i);
    if (!bytes->empty() && (bytes->back() & 0x80) != 0) number |= ~std::uint64_t{0} << (8 * *size);
    out.known = true;
    out.number = static_cast<std::int64_t>(number);
  }
  return push(out);
}

bool PickleMachine::literal(std::uint8_t opcode) {
  switch (opcode) {
    case 'N':
      return push({.kind = Kind::none});
    case 0x88:
    case 0x89:
      return push({.kind = Kind::boolean, .known = true, .number = opcode == 0x88 ? 1 : 0});
    case 'J':
      return push_number(cursor_.number(4), 4, true);
    case 'K':
      return push_number(cursor_.number(1), 1, false);
    case 'M':
      return push_number(cursor_.number(2), 2, false);
    case 'G':
      return cursor_.number(8) ? push({.kind = Kind::real}) : fail("a number is cut off");
    case 0x8a:
      return push_long(cursor_.number(1));
    case 0x8b: {
      const auto size = cursor_.number(4);
      if (size && *size > INT32_MAX) return fail("a number has a negative length");
      return push_long(size);
    }
    default:
      break;
  }
  // Text: INT, LONG, FLOAT.
  const auto line = cursor_.line(kLine);
  if (!line) return fail("a number is cut off");
  auto digits = trim(*line);
  if (opcode == 'I' && (digits == "00" || digits == "01"))
    return push({.kind = Kind::boolean, .known = true, .number = digits == "01" ? 1 : 0});
  if (opcode == 'L' && digits.ends_with('L')) digits.remove_suffix(1);
  if (digits.empty() ||
      digits.find_first_not_of("0123456789+-.eExXoObBaAcCdDfFinN_") != std::string_view::npos)
    return fail("a number is malformed");
  if (opcode == 'F') return push({.kind = Kind::real});
  if (digits == kTorchMagicDecimal) walk_.torch_magic = true;
  Value out{.kind = Kind::integer};
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
  out.known = parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size();
  return push(out);
}

bool PickleMachine::push_bytes(Kind kind, std::optional<std::uint64_t> size) {
  const auto bytes = size ? cursor_.take(*size, Heap::kName + 1) : std::nullopt;
  if (!bytes) return fail("a string is cut off");
  return push(heap_.text(kind, *bytes, *size));
}

bool PickleMachine::push_line(std::uint8_t opcode) {
  const auto line = cursor_.line(kLine);
  if (!line) return fail("a string is cut off");
  if (opcode == 'V') {
    const auto decoded = raw_unicode(*line);
    return push(heap_.text(Kind::text, decoded, decoded.size()));
  }
  const auto decoded = unquoted(*line);
  if (!decoded) return fail("a string has no quotes");
  return push(heap_.text(Kind::text, *decoded, decoded->size()));
}

bool PickleMachine::text(std::uint8_t opcode) {
  switch (opcode) {
    case 'S':
    case 'V':
      return push_line(opcode);
    case 'T':
    case 'X':
      return push_bytes(Kind::text, cursor_.number(4));
    case 'U':
    case 0x8c:
      return push_bytes(Kind::text, cursor_.number(1));
    case 0x8d:
      return push_bytes(Kind::text, cursor_.number(8));
    case 'B':
      return push_bytes(Kind::bytes, cursor_.number(4));
    case 'C':
      return push_bytes(Kind::bytes, cursor_.number(1));
    case 0x8e:
      return push_bytes(Kind::bytes, cursor_.number(8));
    case 0x96: {  // BYTEARRAY8: long ones are arrays, never names
      const auto size = cursor_.number(8);
      if (!size || !cursor_.take(*size, 0)) return fail("a string is cut off");
      return push({.kind = Kind::bytes});
    }
    case 0x97:  // NEXT_BUFFER
      return push({.kind = Kind::buffer});
    default:  // READONLY_BUFFER
      return top() != nullptr;
  }
}

bool PickleMachine::set_items(const Value& target, const std::vector<Value>& items) {
  if (items.size() % 2 != 0) return fail("a key has no value");
  for (std::size_t i = 0; i < items.size(); i += 2)
    judge_.set_item(target, items[i], items[i + 1], at_);
  return true;
}

bool PickleMachine::collection(std::uint8_t opcode) {
  const auto from_mark = [&](Kind kind) {
    const auto items = pop_mark();
    if (!items) return false;
    if (kind == Kind::tuple) return push(heap_.tuple(*items));
    if (kind != Kind::dict) return push({.kind = kind});
    const Value dict = heap_.dict();
    return push(dict) && set_items(dict, *items);
  };
  switch (opcode) {
    case ')':
      return push(heap_.tuple({}));
    case ']':
      return push({.kind = Kind::list});
    case '}':
      return push(heap_.dict());
    case 0x8f:
      return push({.kind = Kind::set});
    case 't':
      return from_mark(Kind::tuple);
    case 'l':
      return from_mark(Kind::list);
    case 'd':
      return from_mark(Kind::dict);
    case 0x91:
      return from_mark(Kind::set);
    case 0x85:
    case 0x86:
    case 0x87: {
      std::vector<Value> items(opcode - 0x84U);
      for (auto at = items.rbegin(); at != items.rend(); ++at) {
        const auto item = pop();
        if (!item) return false;
        *at = *item;
      }
      return push(heap_.tuple(items));
    }
    case 'a': {
      const auto item = pop();
      const Value* const target = item ? top() : nullptr;
      if (target == nullptr) return false;
      judge_.append(*target, at_, false);
      return true;
    }
    case 's': {
      const auto value = pop();
      const auto key = value ? pop() : std::nullopt;
      const Value* const target = key ? top() : nullptr;
      return target != nullptr && set_items(*target, {*key, *value});
    }
    default:
      break;
  }
  // APPENDS, ADDITEMS, SETITEMS: the target lies below the mark.
  const auto items = pop_mark();
  const Value* const target = items ? top() : nullptr;
  if (target == nullptr) return false;
  if (opcode == 'u') return set_items(Value(*target), *items);
  judge_.append(*target, at_, opcode == 0x90);
  return true;
}

}  // namespace mpk::scan
