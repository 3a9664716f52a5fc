// PickleMachine: what imports, calls and builds; and joblib's arrays, whose bytes stand in between.
#include "base/text.hpp"
#include "scan/pickle_machine.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mpk::scan {
namespace {

constexpr std::size_t kNameLine = 64U << 10;

/// Bytes of an element by a dtype's text ("<f8", "O8", "V64"); nullopt: it is unknown.
std::optional<std::uint64_t> element_size(std::string_view type) {
  if (type.empty()) return std::nullopt;
  const char kind = type.front();
  if (kind == 'O') return 8;
  if (std::string_view("biufcSUMmV").find(kind) == std::string_view::npos) return std::nullopt;
  auto size = parse_u64(type.substr(1));
  if (!size || *size > (1U << 20)) return std::nullopt;
  return kind == 'U' ? *size * 4 : *size;
}

}  // namespace

bool PickleMachine::imports(std::uint8_t opcode) {
  if (opcode == 0x93) {  // STACK_GLOBAL
    const auto name = pop();
    const auto module = name ? pop() : std::nullopt;
    if (!module) return false;
    const auto name_text = name->kind == Kind::text ? heap_.string(*name) : std::nullopt;
    const auto module_text = module->kind == Kind::text ? heap_.string(*module) : std::nullopt;
    if (!name_text || !module_text)
      return push(judge_.import_unknown("module or name is no short string", at_));
    return push(judge_.import(std::string(*module_text), std::string(*name_text), at_));
  }
  auto module = cursor_.line(kNameLine);
  auto name = module ? cursor_.line(kNameLine) : std::nullopt;
  if (!name) return fail("a name is cut off");
  if (opcode == 'c') return push(judge_.import(std::move(*module), std::move(*name), at_));
  // INST: imported before the mark is looked for (pickle.py, load_inst).
  const Value callable = judge_.import(std::move(*module), std::move(*name), at_);
  const auto arguments = pop_mark();
  return arguments && push(judge_.call(Call::inst, callable, heap_.tuple(*arguments), at_));
}

bool PickleMachine::calls(std::uint8_t opcode) {
  if (opcode == 'o') {  // OBJ: the class is the first value after the mark
    auto items = pop_mark();
    if (!items) return false;
    if (items->empty()) return fail("the stack is empty");
    const Value callable = items->front();
    items->erase(items->begin());
    return push(judge_.call(Call::obj, callable, heap_.tuple(*items), at_));
  }
  const auto keywords = opcode == 0x92 ? pop() : std::optional(Value{});
  const auto arguments = keywords ? pop() : std::nullopt;
  const auto callable = arguments ? pop() : std::nullopt;
  // joblib's unpickler takes any iterable for arguments.
  if (!callable) return false;
  return push(judge_.call(opcode == 'R' ? Call::reduce : Call::newobj, *callable, *arguments, at_));
}

bool PickleMachine::build() {
  const auto state = pop();
  const Value* const target = state ? top() : nullptr;
  if (target == nullptr) return false;
  judge_.build(*target, *state, at_);
  if (target->kind != Kind::instance) return true;
  const auto& made = heap_.instance(*target);
  if (!made.known) return true;
  const auto& maker = heap_.global(made.global);
  const bool wrapper = maker.module == "joblib.numpy_pickle" && maker.name == "NumpyArrayWrapper";
  return !wrapper || plain_ || skip_joblib_array(*target);
}

bool PickleMachine::action(std::uint8_t opcode) {
  switch (opcode) {
    case 'c':
    case 'i':
    case 0x93:
      return imports(opcode);
    case 'R':
    case 'o':
    case 0x81:
    case 0x92:
      return calls(opcode);
    case 'b':
      return build();
    case 'P': {
      const auto line = cursor_.line(kNameLine);
      return line ? push(judge_.persistent(heap_.text(Kind::text, *line, line->size()), at_))
                  : fail("a persistent id is cut off");
    }
    case 'Q': {
      const auto id = pop();
      return id && push(judge_.persistent(*id, at_));
    }
    default: {  // EXT1, EXT2, EXT4
      const auto code = cursor_.number(std::size_t{1} << (opcode - 0x82U));
      return code ? push(judge_.extension("extension code " + std::to_string(*code), at_))
                  : fail("an extension code is cut off");
    }
  }
}

std::optional<std::uint64_t> PickleMachine::joblib_bytes(const Value& state, bool& objects) const {
  const auto shape = heap_.find(state, "shape");
  const auto dtype = heap_.find(state, "dtype");
  if (!shape || shape->kind != Kind::tuple || !dtype || dtype->kind != Kind::instance)
    return std::nullopt;
  const auto& type = heap_.instance(*dtype);
  if (!type.known || heap_.global(type.global).name != "dtype" || type.arguments.number < 1)
    return std::nullopt;
  auto text = heap_.string(heap_.items(type.arguments).front()).value_or("");
  while (!text.empty() && std::string_view("<>|=").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  auto bytes = element_size(text);
  objects = text.starts_with('O');
  // numpy/core/src/multiarray/descriptor.c, arraydescr_setstate: (version, order, …, size,
  // alignment, flags); the first flag says that there are objects in a structure.
  if (type.state && type.state->kind == Kind::tuple && !text.empty()) {
    const auto& state_items = heap_.items(*type.state);
    const bool flexible = std::string_view("SUV").find(text.front()) != std::string_view::npos;
    if (flexible && state_items.size() > 5 && state_items[5].known && state_items[5].number >= 0)
      bytes = static_cast<std::uint64_t>(state_items[5].number);
    if (text.front() == 'V') {
      if (state_items.size() < 8 || !state_items[7].known) return std::nullopt;
      objects = (state_items[7].number & 1) != 0;
    }
  }
  if (!bytes || static_cast<std::size_t>(shape->number) != heap_.items(*shape).size())
    return std::nullopt;
  for (const Value& length : heap_.items(*shape)) {
    // numpy's own integers are calls; joblib writes plain ones.
    if (length.kind != Kind::integer || !length.known || length.number < 0) return std::nullopt;
    if (__builtin_mul_overflow(*bytes, static_cast<std::uint64_t>(length.number), &*bytes))
      return std::nullopt;
  }
  return bytes;
}

// Whether the bytes from here on, taken for opcodes, come to one that imports or calls: of an
// array's numbers hardly ever, and only then the state is worth a copy.
bool PickleMachine::read_as_opcodes(bool objects) {
  // From the first array on the two readings differ, and never meet again.
  if (std::exchange(forked_, true)) return true;
  const auto ahead = bytes_at(content_, cursor_.offset(), 1U << 16);
  if (!ahead) {
    trouble_ = ahead.error();
    return false;
  }
  static constexpr std::string_view kImports("ci\x82\x83\x84\x93", 6);
  if (ahead->find_first_of(kImports) == std::string::npos) return true;
  PickleWalk other;
  PickleMachine machine(*this, other, cursor_.offset());
  auto walked = machine.run();
  if (!walked) {
    trouble_ = std::move(walked).error();
    return false;
  }
  if (!other.acted) return true;
  // An honest pickle in the array's place takes its names from the wrong memo: nonsense then, and
  // only what exploits use is told from it.
  const auto is_import = [&](const Finding& finding) {
    if (objects) return finding.severity == Severity::critical;
    return finding.rule->code == "pickle.global" || finding.rule->code == "pickle.unresolved" ||
           finding.rule->code == "pickle.extension";
  };
  if (std::ranges::none_of(other.findings.list(), is_import)) return true;
  walk_.acted = true;
  for (const auto& finding : other.findings.list()) walk_.findings.add(finding);
  return true;
}

bool PickleMachine::skip_joblib_array(const Value& wrapper) {
  // joblib reads the array from the file, but opcodes from the frame that it has read already.
  if (frame_end_ > cursor_.offset()) return fail("a frame goes on behind joblib's array");
  const auto state = heap_.instance(wrapper).state;
  bool objects = false;
  const auto bytes =
      state && state->kind == Kind::dict ? joblib_bytes(*state, objects) : std::nullopt;
  if (!bytes) return fail("the length of joblib's array can't be told");
  if (!read_as_opcodes(objects)) return false;
  if (objects) {  // pickle.load() on the same stream
    PickleWalk nested;
    PickleMachine machine(content_, cursor_.offset(), options_, nested, true);
    auto walked = machine.run();
    if (!walked) {
      trouble_ = std::move(walked).error();
      return false;
    }
    for (const auto& finding : nested.findings.list()) walk_.findings.add(finding);
    walk_.acted = walk_.acted || nested.acted;
    if (!nested.complete) return fail("joblib's array of objects: " + nested.problem);
    cursor_.skip(nested.end - cursor_.offset());
    return true;
  }
  // joblib 1.2 and later: a byte says how many more come before the array.
  const auto alignment = heap_.find(*state, "numpy_array_alignment_bytes");
  if (alignment && alignment->kind == Kind::integer) {
    const auto padding = cursor_.byte();
    if (!padding) return fail("joblib's array is cut off");
    cursor_.skip(*padding);
  }
  cursor_.skip(*bytes);
  return !cursor_.failed() || fail("joblib's array is cut off");
}

}  // namespace mpk::scan
