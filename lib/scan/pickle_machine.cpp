// PickleMachine: the loop, the stack and the memo.
#include "scan/pickle_machine.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mpk::scan {
namespace {

constexpr std::uint64_t kCancelEvery = 1U << 16;

std::string hex(std::uint8_t byte) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  return {'0', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]};
}

}  // namespace

bool PickleMachine::fail(std::string problem) {
  if (walk_.problem.empty()) {
    walk_.problem = std::move(problem);
    walk_.problem_at = at_;
  }
  return false;
}

bool PickleMachine::over(std::string_view what) {
  walk_.too_large = true;
  return fail(std::string(what) + " over the limit");
}

bool PickleMachine::push(const Value& value) {
  if (stack_.size() >= options_.limits.stack) return over("stack");
  if (heap_.full()) return over("number of values");
  stack_.push_back(value);
  return true;
}

std::optional<Value> PickleMachine::pop() {
  const std::size_t fence = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= fence) {
    fail("the stack is empty");
    return std::nullopt;
  }
  const Value out = stack_.back();
  stack_.pop_back();
  return out;
}

const Value* PickleMachine::top() {
  const std::size_t fence = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() > fence) return &stack_.back();
  fail("the stack is empty");
  return nullptr;
}

std::optional<std::vector<Value>> PickleMachine::pop_mark() {
  if (marks_.empty()) {
    fail("there is no mark");
    return std::nullopt;
  }
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<Value> out(begin, stack_.end());
  stack_.erase(begin, stack_.end());
  marks_.pop_back();
  return out;
}

bool PickleMachine::put(std::optional<std::uint64_t> index) {
  const Value* const value = index ? top() : nullptr;
  if (value == nullptr) return fail("the memo's index is missing");
  if (memo_.size() >= options_.limits.memo) return over("memo");
  memo_[*index] = *value;
  return true;
}

bool PickleMachine::get(std::optional<std::uint64_t> index) {
  const auto at = index ? memo_.find(*index) : memo_.end();
  if (at == memo_.end()) return fail("the memo has no such entry");
  return push(at->second);
}

bool PickleMachine::memo(std::uint8_t opcode) {
  const auto decimal = [&]() -> std::optional<std::uint64_t> {
    const auto line = cursor_.line(40);
    if (!line) return std::nullopt;
    auto number = parse_u64(trim(*line));
    return number ? std::optional(*number) : std::nullopt;
  };
  switch (opcode) {
    case 'p':
      return put(decimal());
    case 'q':
      return put(cursor_.number(1));
    case 'r':
      return put(cursor_.number(4));
    case 0x94:  // MEMOIZE
      return put(memo_.size());
    case 'g':
      return get(decimal());
    case 'h':
      return get(cursor_.number(1));
    default:
      return get(cursor_.number(4));
  }
}

bool PickleMachine::stack(std::uint8_t opcode) {
  switch (opcode) {
    case '(':
      if (marks_.size() >= options_.limits.stack) return over("marks");
      marks_.push_back(stack_.size());
      return true;
    case '0':  // a mark goes like a value (_pickle.c, load_pop)
      if (!marks_.empty() && marks_.back() == stack_.size()) {
        marks_.pop_back();
        return true;
      }
      return pop().has_value();
    case '1':
      return pop_mark().has_value();
    default: {  // DUP
      const Value* const value = top();
      return value != nullptr && push(Value(*value));
    }
  }
}

bool PickleMachine::stop() {
  const auto value = pop();
  if (!value) return false;
  walk_.complete = true;
  // The loader takes the last value and does not mind; no pickler writes this.
  if (!stack_.empty() || !marks_.empty()) {
    walk_.findings.add("pickle.malformed", options_.member, at_, "values are left on the stack");
  }
  if (value->kind == Kind::integer && value->known) walk_.integer = value->number;
  return false;
}

bool PickleMachine::step(std::uint8_t opcode) {
  switch (opcode) {
    case '.':
      return stop();
    case 0x80: {  // PROTO
      const auto version = cursor_.number(1);
      return version && *version <= 5 ? true : fail("unknown protocol");
    }
    case 0x95: {  // FRAME: its length is a hint for buffering
      const auto length = cursor_.number(8);
      if (!length) return fail("a frame is cut off");
      // Python's own unpickler refuses it, the one that joblib uses goes on.
      if (*length > cursor_.left())
        walk_.findings.add("pickle.malformed", options_.member, at_, "a frame is cut off");
      frame_end_ = cursor_.offset() + std::min(*length, cursor_.left());
      return true;
    }
    case '(':
    case '0':
    case '1':
    case '2':
      return stack(opcode);
    case 'p':
    case 'q':
    case 'r':
    case 0x94:
    case 'g':
    case 'h':
    case 'j':
      return memo(opcode);
    default:
      break;
  }
  static constexpr std::string_view kLiterals("NIJKLMFG\x88\x89\x8a\x8b", 12);
  static constexpr std::string_view kTexts("STUVXBC\x8c\x8d\x8e\x96\x97\x98", 13);
  static constexpr std::string_view kCollections("()]}tldaeus\x85\x86\x87\x8f\x90\x91", 17);
  static constexpr std::string_view kActions("ciRobPQ\x81\x82\x83\x84\x92\x93", 13);
  const char name = static_cast<char>(opcode);
  if (kLiterals.find(name) != std::string_view::npos) return literal(opcode);
  if (kTexts.find(name) != std::string_view::npos) return text(opcode);
  if (kCollections.find(name) != std::string_view::npos) return collection(opcode);
  if (kActions.find(name) != std::string_view::npos) return action(opcode);
  return fail("no such opcode: " + hex(opcode));
}

Result<void> PickleMachine::run() {
  for (std::uint64_t count = 0;; ++count) {
    if (count % kCancelEvery == 0) TRY(options_.cancel.check());
    at_ = cursor_.offset();
    if (count > options_.limits.opcodes) {
      over("number of opcodes");
      break;
    }
    const auto opcode = cursor_.byte();
    if (!opcode) {
      fail("it ends before STOP");
      break;
    }
    if (!step(*opcode)) break;
  }
  if (cursor_.trouble()) return *cursor_.trouble();
  if (trouble_) return *trouble_;
  if (!walk_.complete && walk_.problem.empty()) fail("it is cut off");
  walk_.end = cursor_.offset();
  walk_.acted = walk_.acted || judge_.acted();
  return {};
}

}  // namespace mpk::scan
