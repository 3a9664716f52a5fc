// Pickles: each opcode as an unpickler takes it, and what none takes.
#include "model/pickle.hpp"

#include "model/pickle_opcodes.hpp"
#include "model/pickle_text.hpp"
#include "model/sample_files.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace mpk::model {
namespace {

using namespace std::string_literals;

/// A value as one would write it, to compare by.
std::string shown(const Pickle& pickle, const PickleValue& value, int depth = 0) {
  if (depth > 8) return "…";
  const auto list = [&](std::string_view open, std::string_view close) {
    std::string out(open);
    for (const PickleValue& item : pickle.items(value)) out += shown(pickle, item, depth + 1) + ",";
    return out + std::string(close);
  };
  const auto dict = [&] {
    std::string out = "{";
    for (const auto& [key, member] : pickle.entries(value))
      out += shown(pickle, key, depth + 1) + ":" + shown(pickle, member, depth + 1) + ",";
    return out + "}";
  };
  switch (value.kind) {
    case PickleKind::none:
      return "None";
    case PickleKind::boolean:
      return value.number != 0 ? "True" : "False";
    case PickleKind::integer:
      return std::to_string(value.number);
    case PickleKind::text:
      return "'" + std::string(pickle.text(value)) + "'";
    case PickleKind::tuple:
      return list("(", ")");
    case PickleKind::list:
      return list("[", "]");
    case PickleKind::dict:
      return dict();
    case PickleKind::global:
      return std::string(pickle.text(value));
    case PickleKind::object: {
      const auto& object = pickle.object(value);
      std::string out = shown(pickle, object.callable, depth + 1) +
                        shown(pickle, object.arguments, depth + 1) + dict() + list("[", "]");
      if (object.state.kind != PickleKind::none)
        out += "=" + shown(pickle, object.state, depth + 1);
      return out;
    }
    case PickleKind::persistent:
      return "@" + shown(pickle, pickle.object(value).arguments, depth + 1);
    case PickleKind::other:
      return "?";
  }
  return {};
}

}  // namespace

TEST_CASE("opcodes make what an unpickler would describe") {
  const struct {
    std::string bytes;
    const char* value;
  } rows[] = {
      {"N.", "None"},
      {"\x80\x02\x88.", "True"},
      {"I01\n.", "True"},
      {"I12\n.", "12"},
      {"L-5L\n.", "-5"},
      {"L99999999999999999999L\n.", "?"},
      {"K\xff.", "255"},
      {"M\x01\x02.", "513"},
      {"J\xff\xff\xff\xff.", "-1"},
      {"\x8a\x01\xfe.", "-2"},
      {"\x8a\x00."s, "0"},
      {"\x8a\x08" + sample::u64(INT64_MAX) + ".", "9223372036854775807"},
      {"\x8a\x09" + std::string(9, '\x01') + ".", "?"},
      {"F1.5\n.", "?"},
      {"G" + std::string(8, '\0') + ".", "?"},
      {"S'a\\x41'\n.", "'aA'"},
      {"V\\u00e4\n.", "'ä'"},
      {"U\x02hi.", "'hi'"},
      {"\x8c\x02hi.", "'hi'"},
      {"X" + sample::u32(2) + "hi.", "'hi'"},
      {"\x8d" + sample::u64(2) + "hi.", "'hi'"},
      {"C\x01x.", "'x'"},
      {").", "()"},
      {"(K\x01K\x02t.", "(1,2,)"},
      {"K\x01K\x02K\x03\x87.", "(1,2,3,)"},
      {"](K\x01K\x02"s + "e.", "[1,2,]"},
      {"]K\x07"s + "a.", "[7,]"},
      {"}(K\x01K\x02u.", "{1:2,}"},
      {"}K\x01K\x02s.", "{1:2,}"},
      {"(K\x01K\x02"s + "d.", "{1:2,}"},
      {"(K\x01l.", "[1,]"},
      {"\x8f(K\x01\x90.", "[1,]"},
      {"(K\x01\x91.", "[1,]"},
      {"cos\nsystem\n.", "os.system"},
      {"\x8c\x02os\x8c\x06system\x93.", "os.system"},
      {"cos\nsystem\n)R.", "os.system(){}[]"},
      {"ca\nb\n)R(K\x01K\x02u.", "a.b(){1:2,}[]"},
      {"ca\nb\n)R(K\x01"s + "e.", "a.b(){}[1,]"},
      {"ca\nb\n)\x81}b.", "a.b(){}[]={}"},
      {"ca\nb\n)}\x92.", "a.b(){}[]"},
      {"(K\x01ia\nb\n.", "a.b(1,){}[]"},
      {"(ca\nb\nK\x01o.", "a.b(1,){}[]"},
      {"Pid\n.", "@'id'"},
      {"K\x05Q.", "@5"},
      {"K\x05q\x01h\x01\x86.", "(5,5,)"},
      {"K\x05p3\ng3\n\x86.", "(5,5,)"},
      {"K\x05\x94K\x06\x94h\x00\x87."s, "(5,6,5,)"},
      {"K\x05"s + "2\x86.", "(5,5,)"},
      {"K\x05K\x06"s + "0.", "5"},
      {"K\x05(K\x06"s + "1.", "5"},
      {"\x95" + sample::u64(2) + "N.", "None"},
      {"\x82\x01.", "?"},
      // A list that holds itself.
      {"]q\x00h\x00"s + "a.", "[[[[[[[[[…,],],],],],],],],]"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.value);
    const std::string bytes = row.bytes + "behind";
    const auto pickle = read_pickle(bytes);
    REQUIRE(pickle.has_value());
    CHECK(shown(*pickle, pickle->root) == row.value);
    CHECK(pickle->end == row.bytes.size());
  }
}

TEST_CASE("what no unpickler takes is malformed") {
  for (const std::string& bytes : {""s,
                                   "."s,
                                   "N"s,
                                   "\x80\x06N."s,
                                   "\xffN."s,
                                   "K"s,
                                   "K\x01t."s,
                                   "K\x01u."s,
                                   "}(K\x01u."s,
                                   "N(K\x01K\x02u."s,
                                   "N(K\x01"s + "e.",
                                   "h\x01."s,
                                   "gx\n."s,
                                   "Ix\n."s,
                                   "Sx\n."s,
                                   "NR."s,
                                   "(o."s,
                                   "K\x01K\x02\x93."s,
                                   "(0."s,
                                   "R."s,
                                   "b."s,
                                   "2."s,
                                   "ca\n"s,
                                   "X\xff\xff\xff\xffhi."s,
                                   "\x8e\xff\xff\xff\xff\xff\xff\xff\xffhi."s}) {
    CAPTURE(bytes);
    const auto pickle = read_pickle(bytes);
    REQUIRE_FALSE(pickle.has_value());
    CHECK(pickle.error().kind() == ErrorKind::malformed);
  }
}

TEST_CASE("memory stays bounded whatever a pickle asks for") {
  const auto kind = [](const std::string& bytes) { return read_pickle(bytes).error().kind(); };
  CHECK(kind(std::string(kPickleValues + 1, 'N') + ".") == ErrorKind::too_large);
  CHECK(kind(std::string(kPickleValues + 1, '(') + ".") == ErrorKind::too_large);
  CHECK(kind(std::string(kPickleValues, ']') + ".") == ErrorKind::too_large);
  CHECK(kind("Nr" + sample::u32(0xffffffff) + ".") == ErrorKind::too_large);
  CHECK(read_pickle(std::string(1000, ']') + ".").has_value());
}

TEST_CASE("the decoder says how much is missing") {
  PickleOp op;
  std::size_t at = 0;
  CHECK(next_opcode("", at, op) == PickleStep::cut);
  CHECK(op.number == 1);
  CHECK(next_opcode("X\x05\x00\x00\x00hi"s, at, op) == PickleStep::cut);
  CHECK(op.number == 10);
  CHECK(next_opcode("\x8e\xff\xff\xff\xff\xff\xff\xff\xff"s, at, op) == PickleStep::cut);
  CHECK(op.number == UINT64_MAX);
  CHECK(at == 0);
  CHECK(next_opcode("ca\nb\nN", at, op) == PickleStep::op);
  CHECK(op.text == "a");
  CHECK(op.more == "b");
  CHECK(at == 5);
  CHECK(next_opcode("ca\nb\n\xee", at, op) == PickleStep::bad);
}

TEST_CASE("text arguments of protocol 0") {
  CHECK(unquoted("'a'") == "a");
  CHECK(unquoted("\"a\\n\\101\"") == "a\nA");
  CHECK_FALSE(unquoted("a").has_value());
  CHECK_FALSE(unquoted("'\\xg0'").has_value());
  CHECK(raw_unicode("\\u0041\\x") == "A\\x");
  CHECK(raw_unicode("\xe4") == "ä");
}

}  // namespace mpk::model
