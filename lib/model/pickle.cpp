// read_pickle: an unpickler's stack, marks and memo over symbols.
#include "model/pickle.hpp"

#include "base/text.hpp"
#include "model/pickle_opcodes.hpp"
#include "model/pickle_text.hpp"

#include <charconv>
#include <optional>

namespace mpk::model {

using Kind = PickleKind;

std::string_view Pickle::text(const PickleValue& value) const {
  const bool has = value.kind == Kind::text || value.kind == Kind::global;
  return has ? texts_[value.id] : std::string_view();
}

std::span<const PickleValue> Pickle::items(const PickleValue& value) const {
  if (value.kind == Kind::tuple || value.kind == Kind::list) return sequences_[value.id];
  if (value.kind == Kind::object) return sequences_[objects_[value.id].list];
  return {};
}

std::span<const Pickle::Entry> Pickle::entries(const PickleValue& value) const {
  if (value.kind == Kind::dict) return dicts_[value.id];
  if (value.kind == Kind::object) return dicts_[objects_[value.id].dict];
  return {};
}

const PickleValue* Pickle::find(const PickleValue& value, std::string_view key) const {
  const PickleValue* found = nullptr;
  for (const auto& [name, member] : entries(value)) {
    if (name.kind == Kind::text && texts_[name.id] == key) found = &member;
  }
  return found;
}

/// Id 0 of sequences and dicts is the empty one that objects begin with.
class PickleReader {
 public:
  explicit PickleReader(std::string_view bytes) : bytes_(bytes) {
    out_.sequences_.emplace_back();
    out_.dicts_.emplace_back();
  }
  Result<Pickle> run();

 private:
  using Values = std::vector<PickleValue>;

  Result<void> step(const PickleOp& op);
  Result<void> literal(const PickleOp& op);
  Result<void> collection(const PickleOp& op);
  Result<void> action(const PickleOp& op);
  Result<void> memo(const PickleOp& op);

  Result<void> count(std::size_t more);
  Result<void> push(const PickleValue& value);
  Result<PickleValue> pop();
  Result<PickleValue*> top();
  Result<Values> pop_mark();
  Result<void> push_text(Kind kind, std::string_view text);
  Result<void> push_decoded(Kind kind, std::string text);
  Result<void> push_number(std::string_view digits);
  Result<void> push_long(std::string_view bytes);
  Result<void> push_sequence(Kind kind, Values items);
  Result<void> push_object(Kind kind, const PickleValue& callable, const PickleValue& arguments);
  Result<void> append(Values items);
  Result<void> set_items(const Values& items);
  Result<void> global(std::string_view module, std::string_view name);

  std::string_view bytes_;
  Pickle out_;
  Values stack_;
  std::vector<std::size_t> marks_;
  Values memo_;
  std::vector<bool> remembered_;
  std::size_t used_ = 0;
};

namespace {

Error malformed(std::string message) {
  return Error(ErrorKind::malformed, "pickle: " + std::move(message));
}

std::optional<std::uint64_t> memo_index(const PickleOp& op) {
  if (op.code != 'g' && op.code != 'p') return op.number;
  return parse_u64(trim(op.text))
      .map([](auto number) { return std::optional(number); })
      .value_or(std::nullopt);
}

}  // namespace

Result<void> PickleReader::count(std::size_t more) {
  used_ += more;
  if (used_ <= kPickleValues) return {};
  return Error(ErrorKind::too_large,
               "pickle has more than " + std::to_string(kPickleValues) + " values");
}

Result<void> PickleReader::push(const PickleValue& value) {
  TRY(count(1));
  stack_.push_back(value);
  return {};
}

Result<PickleValue> PickleReader::pop() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) return malformed("stack is empty");
  const PickleValue out = stack_.back();
  stack_.pop_back();
  return out;
}

Result<PickleValue*> PickleReader::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) return malformed("stack is empty");
  return &stack_.back();
}

Result<PickleReader::Values> PickleReader::pop_mark() {
  if (marks_.empty()) return malformed("mark is missing");
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  Values out(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return out;
}

Result<void> PickleReader::push_text(Kind kind, std::string_view text) {
  out_.texts_.push_back(text);
  return push({kind, static_cast<std::uint32_t>(out_.texts_.size() - 1), 0});
}

Result<void> PickleReader::push_decoded(Kind kind, std::string text) {
  out_.decoded_.push_back(std::move(text));
  return push_text(kind, out_.decoded_.back());
}

Result<void> PickleReader::push_number(std::string_view digits) {
  if (digits.ends_with('L')) digits.remove_suffix(1);
  PickleValue out{Kind::integer, 0, 0};
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
  if (parsed.ec == std::errc::result_out_of_range) return push({Kind::other, 0, 0});
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size())
    return malformed("number is not one");
  return push(out);
}

Result<void> PickleReader::push_long(std::string_view bytes) {
  if (bytes.size() > 8) return push({Kind::other, 0, 0});
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0x80U) != 0;
  if (negative && bytes.size() < 8) number |= ~std::uint64_t{0} << (8 * bytes.size());
  return push({Kind::integer, 0, static_cast<std::int64_t>(number)});
}

Result<void> PickleReader::push_sequence(Kind kind, Values items) {
  if (kind == Kind::tuple && items.empty()) return push({kind, 0, 0});
  TRY(count(1 + items.size()));
  out_.sequences_.push_back(std::move(items));
  return push({kind, static_cast<std::uint32_t>(out_.sequences_.size() - 1), 0});
}

Result<void> PickleReader::push_object(Kind kind, const PickleValue& callable,
                                       const PickleValue& arguments) {
  TRY(count(4));
  out_.objects_.push_back({callable, arguments, {}, 0, 0});
  const PickleValue out{kind, static_cast<std::uint32_t>(out_.objects_.size() - 1), 0};
  if (kind == Kind::persistent) out_.persistents_.push_back(out);
  return push(out);
}

Result<void> PickleReader::append(Values items) {
  const PickleValue target = *TRY(top());
  TRY(count(1 + items.size()));
  std::uint32_t id = target.id;
  if (target.kind == Kind::object) {
    auto& list = out_.objects_[target.id].list;
    if (list == 0) {
      out_.sequences_.emplace_back();
      list = static_cast<std::uint32_t>(out_.sequences_.size() - 1);
    }
    id = list;
  } else if (target.kind != Kind::list) {
    return malformed("value is appended to what is no list");
  }
  auto& to = out_.sequences_[id];
  to.insert(to.end(), items.begin(), items.end());
  return {};
}

Result<void> PickleReader::set_items(const Values& items) {
  if (items.size() % 2 != 0) return malformed("key has no value");
  const PickleValue target = *TRY(top());
  TRY(count(1 + items.size()));
  std::uint32_t id = target.id;
  if (target.kind == Kind::object) {
    auto& dict = out_.objects_[target.id].dict;
    if (dict == 0) {
      out_.dicts_.emplace_back();
      dict = static_cast<std::uint32_t>(out_.dicts_.size() - 1);
    }
    id = dict;
  } else if (target.kind != Kind::dict) {
    return malformed("item is set in what is no dict");
  }
  for (std::size_t i = 0; i < items.size(); i += 2)
    out_.dicts_[id].emplace_back(items[i], items[i + 1]);
  return {};
}

Result<void> PickleReader::global(std::string_view module, std::string_view name) {
  return push_decoded(Kind::global, std::string(module) + "." + std::string(name));
}

Result<void> PickleReader::literal(const PickleOp& op) {
  switch (op.code) {
    case 'N':
      return push({});
    case 0x88:
    case 0x89:
      return push({Kind::boolean, 0, op.code == 0x88 ? 1 : 0});
    case 'J':
      return push({Kind::integer, 0, static_cast<std::int32_t>(op.number)});
    case 'K':
    case 'M':
      return push({Kind::integer, 0, static_cast<std::int64_t>(op.number)});
    case 'I':
      // INT writes booleans with a leading zero (pickle.py, save_bool).
      if (op.text == "00" || op.text == "01") return push({Kind::boolean, 0, op.text == "01"});
      return push_number(trim(op.text));
    case 'L':
      return push_number(trim(op.text));
    case 0x8a:
    case 0x8b:
      return push_long(op.text);
    case 'S': {
      auto text = unquoted(op.text);
      return text ? push_decoded(Kind::text, std::move(*text)) : malformed("string has no quotes");
    }
    case 'V':
      return push_decoded(Kind::text, raw_unicode(op.text));
    case 'F':
    case 'G':
    case 0x97:  // NEXT_BUFFER
      return push({Kind::other, 0, 0});
    default:  // BINUNICODE and its kin
      return push_text(Kind::text, op.text);
  }
}

Result<void> PickleReader::collection(const PickleOp& op) {
  switch (op.code) {
    case ')':
      return push_sequence(Kind::tuple, {});
    case ']':
    case 0x8f:
      return push_sequence(Kind::list, {});
    case 't':
      return push_sequence(Kind::tuple, TRY(pop_mark()));
    case 'l':
    case 0x91:
      return push_sequence(Kind::list, TRY(pop_mark()));
    case 0x85:
    case 0x86:
    case 0x87: {
      Values items(op.code - 0x84U);
      for (auto at = items.rbegin(); at != items.rend(); ++at) *at = TRY(pop());
      return push_sequence(Kind::tuple, std::move(items));
    }
    case '}':
    case 'd': {
      const auto items = op.code == 'd' ? TRY(pop_mark()) : Values();
      TRY(count(1));
      out_.dicts_.emplace_back();
      TRY(push({Kind::dict, static_cast<std::uint32_t>(out_.dicts_.size() - 1), 0}));
      return set_items(items);
    }
    case 'a': {
      const auto item = TRY(pop());
      return append({item});
    }
    case 's': {
      const auto value = TRY(pop());
      const auto key = TRY(pop());
      return set_items({key, value});
    }
    case 'u':
      return set_items(TRY(pop_mark()));
    default:  // APPENDS, ADDITEMS
      return append(TRY(pop_mark()));
  }
}

Result<void> PickleReader::action(const PickleOp& op) {
  switch (op.code) {
    case 'c':
      return global(op.text, op.more);
    case 0x93: {
      const auto name = TRY(pop());
      const auto module = TRY(pop());
      if (name.kind != Kind::text || module.kind != Kind::text)
        return malformed("name of an import is no text");
      return global(out_.texts_[module.id], out_.texts_[name.id]);
    }
    case 'R':
    case 0x81: {
      const auto arguments = TRY(pop());
      const auto callable = TRY(pop());
      return push_object(Kind::object, callable, arguments);
    }
    case 0x92: {  // NEWOBJ_EX: keywords on top
      TRY(pop());
      const auto arguments = TRY(pop());
      const auto callable = TRY(pop());
      return push_object(Kind::object, callable, arguments);
    }
    case 'i':
    case 'o': {
      auto items = TRY(pop_mark());
      if (op.code == 'i') {
        TRY(push_sequence(Kind::tuple, std::move(items)));
        const auto arguments = TRY(pop());
        TRY(global(op.text, op.more));
        const auto callable = TRY(pop());
        return push_object(Kind::object, callable, arguments);
      }
      if (items.empty()) return malformed("class is missing");
      const auto callable = items.front();
      items.erase(items.begin());
      TRY(push_sequence(Kind::tuple, std::move(items)));
      const auto arguments = TRY(pop());
      return push_object(Kind::object, callable, arguments);
    }
    case 'b': {
      const auto state = TRY(pop());
      const auto* target = TRY(top());
      if (target->kind == Kind::object) out_.objects_[target->id].state = state;
      return {};
    }
    case 'P':
      TRY(push_text(Kind::text, op.text));
      [[fallthrough]];
    case 'Q': {
      const auto id = TRY(pop());
      return push_object(Kind::persistent, {}, id);
    }
    default:  // EXT1, EXT2, EXT4: what they stand for is known to copyreg only
      return push({Kind::other, 0, 0});
  }
}

Result<void> PickleReader::memo(const PickleOp& op) {
  const auto index = op.code == 0x94 ? std::optional<std::uint64_t>(memo_.size()) : memo_index(op);
  if (!index) return malformed("memo index is no number");
  if (op.code == 'g' || op.code == 'h' || op.code == 'j') {
    if (*index >= memo_.size() || !remembered_[*index]) return malformed("memo has no such entry");
    return push(memo_[*index]);
  }
  const PickleValue value = *TRY(top());
  // Picklers count upwards; an index far ahead would only take memory.
  if (*index >= kPickleValues)
    return Error(ErrorKind::too_large, "pickle remembers value " + std::to_string(*index));
  if (*index >= memo_.size()) {
    memo_.resize(*index + 1);
    remembered_.resize(*index + 1);
  }
  memo_[*index] = value;
  remembered_[*index] = true;
  return {};
}

Result<void> PickleReader::step(const PickleOp& op) {
  switch (op.code) {
    case 0x80:
      return op.number <= 5 ? Result<void>() : malformed("unknown protocol");
    case 0x95:  // FRAME: a hint for buffering
    case 0x98:  // READONLY_BUFFER
      return {};
    case '(':
      TRY(count(1));
      marks_.push_back(stack_.size());
      return {};
    case '0':
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
        return {};
      }
      TRY(pop());
      return {};
    case '1':
      TRY(pop_mark());
      return {};
    case '2': {
      const PickleValue value = *TRY(top());
      return push(value);
    }
    default:
      break;
  }
  static constexpr std::string_view kMemo("pqrghj\x94");
  static constexpr std::string_view kCollections(")]}tldaeus\x85\x86\x87\x8f\x90\x91");
  static constexpr std::string_view kActions("ciRobPQ\x81\x82\x83\x84\x92\x93");
  const char name = static_cast<char>(op.code);
  if (kMemo.find(name) != std::string_view::npos) return memo(op);
  if (kCollections.find(name) != std::string_view::npos) return collection(op);
  if (kActions.find(name) != std::string_view::npos) return action(op);
  return literal(op);
}

Result<Pickle> PickleReader::run() {
  std::size_t at = 0;
  for (PickleOp op;;) {
    const PickleStep found = next_opcode(bytes_, at, op);
    if (found == PickleStep::cut) return malformed("it ends before STOP");
    if (found == PickleStep::bad)
      return malformed("no such opcode: " + std::to_string(unsigned{op.code}));
    if (op.code == kPickleStop) break;
    TRY(step(op));
  }
  out_.root = TRY(pop());
  out_.end = at;
  return std::move(out_);
}

Result<Pickle> read_pickle(std::string_view bytes) { return PickleReader(bytes).run(); }

}  // namespace mpk::model
