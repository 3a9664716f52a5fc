// pickle_opcodes: a table from the opcode to the form of its argument.
#include "model/pickle_opcodes.hpp"

#include "model/little_endian.hpp"

namespace mpk::model {
namespace {

enum class Form : std::uint8_t { none, number, counted, line, lines, unknown };
struct Argument {
  Form form;
  std::size_t width;  // of the number or the count
};

Argument argument_of(std::uint8_t code) {
  switch (code) {
    case 'K':   // BININT1
    case 'h':   // BINGET
    case 'q':   // BINPUT
    case 0x80:  // PROTO
    case 0x82:  // EXT1
      return {Form::number, 1};
    case 'M':   // BININT2
    case 0x83:  // EXT2
      return {Form::number, 2};
    case 'J':   // BININT
    case 'j':   // LONG_BINGET
    case 'r':   // LONG_BINPUT
    case 0x84:  // EXT4
      return {Form::number, 4};
    case 'G':   // BINFLOAT
    case 0x95:  // FRAME
      return {Form::number, 8};
    case 'C':   // SHORT_BINBYTES
    case 'U':   // SHORT_BINSTRING
    case 0x8a:  // LONG1
    case 0x8c:  // SHORT_BINUNICODE
      return {Form::counted, 1};
    case 'B':   // BINBYTES
    case 'T':   // BINSTRING
    case 'X':   // BINUNICODE
    case 0x8b:  // LONG4
      return {Form::counted, 4};
    case 0x8d:  // BINUNICODE8
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      return {Form::counted, 8};
    case 'F':  // FLOAT
    case 'I':  // INT
    case 'L':  // LONG
    case 'P':  // PERSID
    case 'S':  // STRING
    case 'V':  // UNICODE
    case 'g':  // GET
    case 'p':  // PUT
      return {Form::line, 0};
    case 'c':  // GLOBAL
    case 'i':  // INST
      return {Form::lines, 0};
    default:
      break;
  }
  static constexpr std::string_view kAlone(
      "(.012NQR]abdelost)u}"
      "\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98");
  const bool known = kAlone.find(static_cast<char>(code)) != std::string_view::npos;
  return {known ? Form::none : Form::unknown, 0};
}

/// Takes a line from `rest`; false: its end is missing.
bool take_line(std::string_view& rest, std::string_view& line) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return false;
  line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

}  // namespace

PickleStep next_opcode(std::string_view bytes, std::size_t& at, PickleOp& op) {
  op = {};
  const auto cut = [&](std::uint64_t need) {
    op.number = need;
    return PickleStep::cut;
  };
  if (at >= bytes.size()) return cut(std::uint64_t{at} + 1);
  std::string_view rest = bytes.substr(at);
  op.code = static_cast<std::uint8_t>(rest.front());
  rest.remove_prefix(1);
  const Argument argument = argument_of(op.code);
  switch (argument.form) {
    case Form::unknown:
      return PickleStep::bad;
    case Form::none:
      break;
    case Form::number:
    case Form::counted: {
      if (rest.size() < argument.width) return cut(std::uint64_t{at} + 1 + argument.width);
      op.number = little_endian(rest, argument.width);
      rest.remove_prefix(argument.width);
      if (argument.form == Form::number) break;
      if (op.number > rest.size()) {
        std::uint64_t need = 0;
        if (__builtin_add_overflow(std::uint64_t{bytes.size() - rest.size()}, op.number, &need))
          need = UINT64_MAX;
        return cut(need);
      }
      op.text = rest.substr(0, static_cast<std::size_t>(op.number));
      rest.remove_prefix(op.text.size());
      break;
    }
    case Form::line:
      if (!take_line(rest, op.text)) return cut(std::uint64_t{bytes.size()} + 1);
      break;
    case Form::lines:
      if (!take_line(rest, op.text) || !take_line(rest, op.more))
        return cut(std::uint64_t{bytes.size()} + 1);
      break;
  }
  at = bytes.size() - rest.size();
  return PickleStep::op;
}

}  // namespace mpk::model
